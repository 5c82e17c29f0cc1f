import { expect, test } from 'vitest'
import { recap, type HostResult } from '../../src/fleet/recap.ts'

const result = (host: string, more: Partial<HostResult> = {}): HostResult => ({ host, task: 'Look', status: 'ok', changed: false, ...more })

test('what came of each host', () => {
  const hosts = ['same', 'other', 'bad', 'mended', 'gone', 'later']
  const results = [
    result('same'),
    result('other', { task: 'Place', changed: true }),
    result('other', { task: 'Place', changed: true }),
    result('bad', { task: 'Start', status: 'failed', message: 'first' }),
    result('bad', { task: 'Fail', status: 'failed', message: 'for good' }),
    result('mended', { status: 'failed', message: 'rescued' }),
    result('mended', { report: ['app ok health it runs'] }),
    result('gone', { status: 'unreachable', message: 'no route' }),
    result('nobody', { changed: true }),
  ]
  const made = recap(hosts, results, new Map([['bad', 1]]))
  expect(made.map(({ host, state, tasks, message }) => [host, state, tasks, message])).toEqual([
    ['same', 'unchanged', [], null],
    ['other', 'changed', ['Place'], null],
    ['bad', 'failed', [], 'for good'],
    ['mended', 'unchanged', [], null],
    ['gone', 'unreachable', [], 'no route'],
    ['later', 'untouched', [], null],
  ])
  expect(made.find(({ host }) => host === 'mended')?.report).toEqual(['app ok health it runs'])
})
