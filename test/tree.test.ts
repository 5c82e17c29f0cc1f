// Staging and committing rendered folders: what a killed run left, and what is said when the last step fails.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commit, discard, newStage, stageTree } from '../src/system/tree.ts'

let out: string
beforeEach(() => void (out = mkdtempSync(join(tmpdir(), 'hermes-install-tree-'))))
afterEach(() => rmSync(out, { recursive: true, force: true }))
const files = (text: string) => ['x.service', 'manifest.json'].map((name) => ({ name, mode: 0o644, text, bytes: Buffer.from(text) }))

test('what a killed run left in a stage of the same name is not put in place', () => {
  const stage = newStage(out, 0)
  mkdirSync(join(stage.folder, 'stale/linux'), { recursive: true })
  expect(stageTree(stage, 'a', 'linux', files('1'))).toEqual(['x.service', 'manifest.json'])
  expect(stageTree(stage, 'a', 'macos', files('1'))).toHaveLength(2)
  commit([stage])
  expect(readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => !/\.(?:service|json)$/.test(name))).toEqual(['a', 'a/linux', 'a/macos'])
})

test('discard leaves nothing, and takes nothing away that was there', () => {
  const stages = [newStage(join(out, 'deep/er'), 0), newStage(join(out, 'deep/er'), 1)]
  stages.forEach((stage, i) => stageTree(stage, `s${i}`, 'linux', files('1')))
  discard(stages)
  expect(readdirSync(out)).toEqual([])
})

test('a failure at the very end says that something was written nevertheless', () => {
  const stage = newStage(out, 0)
  stageTree(stage, 'a', 'linux', files('1'))
  stageTree(stage, 'b', 'linux', files('1'))
  // Made by somebody else in between.
  mkdirSync(join(out, 'b/linux/x.service/y'), { recursive: true })
  let error: unknown
  try {
    commit([stage])
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'WRITE_FAILED', document: { changed: true } })
  expect((error as Error).message).toContain(join(out, 'b/linux/x.service'))
  writeFileSync(join(out, 'mine'), '')
  expect(readdirSync(out)).toEqual(['a', 'b', 'mine'])
  expect(readFileSync(join(out, 'a/linux/x.service'), 'utf8')).toBe('1')
})
