// Bases below, overlays on top, null unsets; and every issue points at the file that wrote the key.
import { expect, test } from 'vitest'
import { make, minimal, said } from '../help.ts'

test('extends lies below, in order; maps merge, lists and scalars replace, null unsets', () => {
  const { service, issues } = make('version: 1\nname: top\nextends: [a.yaml, b.yaml]\nenvironment: { X: top, GONE: null }\nafter: null', {
    files: {
      'a.yaml': 'command: [/a]\nenvironment: { X: a, A: a, GONE: a }\nafter: [network]\nlimits: { openFiles: 1 }',
      'b.yaml': 'command: [/b, arg]\nenvironment: { A: b }\nlimits: { processes: 2 }',
    },
  })
  expect(issues).toEqual([])
  expect(service).toMatchObject({ command: ['/b', 'arg'], after: [], limits: { openFiles: 1, processes: 2 } })
  expect(service?.environment).toEqual([
    { kind: 'plain', name: 'X', value: 'top' },
    { kind: 'plain', name: 'A', value: 'b' },
  ])
})

test('the OS overlay, then instance, then the OS overlay in instance', () => {
  const text = minimal(
    'label: base\nlinux: { label: os, environment: { A: os } }\ninstance: { environment: { A: instance, B: instance }, linux: { environment: { B: deep } } }',
  )
  expect(make(text).service).toMatchObject({ label: 'os', environment: [{ name: 'A', value: 'os' }] })
  expect(make(text, { os: 'macos' }).service?.label).toBe('base')
  expect(make(text, { instance: 'one' }).service).toMatchObject({
    id: 'my-app-one',
    label: 'os-one',
    environment: [
      { name: 'A', value: 'instance' },
      { name: 'B', value: 'deep' },
    ],
  })
})

test('null in an overlay unsets what a base says for every OS', () => {
  const text = 'version: 1\nname: top\nextends: a.yaml\nlinux: { user: null }'
  const files = { 'a.yaml': 'command: [/a]\nuser: worker\nwindows: { command: ["C:\\\\a"] }' }
  expect(make(text, { files }).service?.user).toBeNull()
  expect(make(text, { files, os: 'macos' }).service?.user).toBe('worker')
})

test('an instance is part of the label once, whether the label says it or not', () => {
  expect(make(minimal('label: My.App'), { instance: 'x' }).service?.label).toBe('My.App-x')
  expect(make(minimal('label: "x.${instance}.y"'), { instance: 'one' }).service?.label).toBe('x.one.y')
  expect(make(minimal(), { instance: 'one' }).service?.label).toBe('my-app-one')
})

test('an issue is placed where the key was written: in the base, in the overlay, in the profile', () => {
  const { issues } = make('version: 1\nname: top\nextends: bases/a.yaml\nworkingDirectory: here\nlinux:\n  logs: { stdout: there }', {
    files: { 'bases/a.yaml': '\n\ncommand:\n  - app\n' },
  })
  expect(said(issues)).toEqual([
    'bases/a.yaml:4:5 command[0]: the program must be absolute on linux, got "app" (such as /usr/bin/app)',
    'p.yaml:4:1 workingDirectory: the path must be absolute on linux, got "here" (such as /srv/app)',
    'p.yaml:6:11 logs.stdout: the path must be absolute on linux, got "there" (such as /srv/app)',
  ])
})

test('circles, missing bases and bases without end are clear errors', () => {
  expect(said(make(minimal('extends: p.yaml')).issues)).toEqual([
    expect.stringContaining('p.yaml:5:1 extends: profiles extend each other in a circle: p.yaml -> p.yaml'),
  ])
  expect(said(make(minimal('extends: a.yaml'), { files: { 'a.yaml': 'extends: [b.yaml]', 'b.yaml': 'extends: a.yaml' } }).issues)).toEqual([
    expect.stringContaining('b.yaml:1:1 extends: profiles extend each other in a circle: a.yaml -> b.yaml -> a.yaml'),
  ])
  expect(said(make(minimal('extends:\n  - nowhere.yaml')).issues)).toEqual([expect.stringContaining('p.yaml:6:5 extends: cannot read nowhere.yaml')])
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`b${i}.yaml`, i < 39 ? `extends: [b${i + 1}.yaml, b${i + 1}.yaml]` : 'umask: "022"']))
  expect(said(make(minimal('extends: b0.yaml'), { files }).issues)[0]).toContain('more than 128 profiles lie over each other')
})

test('a shipped profile can be extended by its name', () => {
  const { service, issues } = make('name: my-gateway\nextends: hermes-gateway\nlinux: { label: mine }')
  expect(issues).toEqual([])
  expect(service).toMatchObject({ label: 'mine', restart: { stopExitCodes: [0, 78] } })
})

test('mistakes of a base are said once, in its own file', () => {
  const { issues } = make(minimal('extends: [a.yaml, a.yaml]'), { files: { 'a.yaml': 'labl: x' } })
  expect(said(issues)).toEqual(['a.yaml:1:1 labl: unknown key "labl" (did you mean "label"?)'])
})
