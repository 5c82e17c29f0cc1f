// What should be and what is in, the plan out: each kind of difference, what it restarts, and what stands in the way. Nothing is run.
import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { conflicts, isWrittenFor, plan, sha256, type Plan, type Wish } from '../../src/plan/plan.ts'
import type { Found, Observed } from '../../src/plan/observed.ts'
import { manager } from '../../src/platform/systemd/manager.ts'
import type { SystemdState } from '../../src/platform/systemd/status.ts'
import { made, said } from '../help.ts'

const host = { os: 'linux', user: userInfo().username, uid: 1000, home: '/home/ann', versions: { systemd: 257 } } as const
async function wish(more = '', start = true): Promise<Wish> {
  const { service, rendered, issues } = await made(
    `version: 1\nname: demo\ncommand: [/bin/demo]\nenvironment: { TOKEN: { fromEnv: TOKEN, secret: true } }\nreplaces: { linux: { units: [old] } }\n${more}`,
    { host, env: { TOKEN: 'hush' } },
  )
  expect(said(issues)).toEqual([])
  return { service: service!, manager, target: manager.target(service!, rendered!.artifacts), start }
}

const quiet: SystemdState = {
  missing: null,
  asleep: false,
  loaded: true,
  live: true,
  running: true,
  failed: false,
  words: 'active (running)',
  pid: 7,
  restarts: 0,
  since: 'Sat',
  enabled: true,
  stale: false,
  masked: false,
  fragment: '/home/ann/.config/systemd/user/demo.service',
  dropIns: [],
  lingering: true,
  replaced: [{ name: 'old.service', live: false, enabled: false }],
}
const nothing: SystemdState = { ...quiet, loaded: false, live: false, running: false, enabled: false, fragment: '', pid: null, words: 'not installed' }

const file = (text: string, mode = 0o644): Found => ({ kind: 'file', sha256: sha256(text), text, mode, uid: 1000, gid: 1000 })

/** A machine on which a wish has been applied, with what differs. */
function machine({ target, service }: Wish, differs: Partial<Omit<Observed, 'manager'>> & { manager?: Partial<SystemdState> } = {}): Observed {
  const files = new Map(target.files.map(({ path, text, mode }) => [path, file(text, mode)]))
  return {
    id: service.id,
    files,
    missingFolders: [],
    record: {
      id: service.id,
      label: service.label,
      files: target.files.map(({ path, text, sensitive }) => ({ target: path, sha256: sha256(text), mode: '0644', sensitive })),
    },
    owners: new Map(),
    unsafe: new Map(),
    unfinished: null,
    pending: false,
    noAccount: null,
    accounts: new Map([['', { uid: 1000, gid: null }]]),
    ...differs,
    manager: { ...quiet, ...differs.manager },
  }
}
const lines = ({ steps }: Plan): string[] =>
  steps.map((step) =>
    step.kind === 'run'
      ? step.command.argv.join(' ').replace('systemctl --user ', '')
      : step.kind === 'wait'
        ? 'wait'
        : `${step.kind} ${step.path.replace(/.*\//, '')}`,
  )

test('nothing installed: everything, in order', async () => {
  const wanted = await wish()
  const empty = new Map<string, Found>(wanted.target.files.map(({ path }) => [path, { kind: 'nothing' }]))
  const made = plan(
    wanted,
    machine(wanted, { files: empty, record: null, manager: { ...nothing, lingering: false, replaced: [{ name: 'old.service', live: true, enabled: true }] } }),
  )
  expect(lines(made)).toEqual([
    `loginctl enable-linger ${host.user}`,
    'stop old.service',
    'write demo.service',
    'write secrets.env',
    'daemon-reload',
    'enable demo.service',
    'disable old.service',
    'start demo.service',
    'wait',
  ])
  expect(JSON.stringify(made)).not.toContain('hush')
})

test('--no-start writes and enables, and neither stops nor starts', async () => {
  const wanted = await wish('', false)
  const empty = new Map<string, Found>(wanted.target.files.map(({ path }) => [path, { kind: 'nothing' }]))
  expect(
    lines(
      plan(wanted, machine(wanted, { files: empty, record: null, manager: { ...nothing, replaced: [{ name: 'old.service', live: true, enabled: true }] } })),
    ),
  ).toEqual(['write demo.service', 'write secrets.env', 'daemon-reload', 'enable demo.service', 'disable old.service'])
})

test('as it should be: nothing at all', async () => {
  const wanted = await wish()
  expect(lines(plan(wanted, machine(wanted)))).toEqual([])
})

test.each<[string, string, string[]]>([
  ['a value that the program sees', 'umask: "0077"\n', ['write demo.service', 'daemon-reload', 'restart demo.service', 'wait']],
  [
    'what only the manager sees',
    'stop: { timeout: 3s }\nrestart: { policy: always, delays: [1s, 9s] }\ndescription: Other\n',
    ['write demo.service', 'daemon-reload'],
  ],
  ['no autostart', 'autostart: false\nlinux: { linger: true }\n', ['write demo.service', 'daemon-reload', 'disable demo.service']],
])('%s', async (_, more, expected) => {
  expect(lines(plan(await wish(more), machine(await wish())))).toEqual(expected)
})

test('a mode alone is put right without a restart; a secret that changed restarts', async () => {
  const wanted = await wish()
  const [unit, secret] = wanted.target.files as [(typeof wanted.target.files)[number], (typeof wanted.target.files)[number]]
  expect(
    lines(
      plan(
        wanted,
        machine(wanted, {
          files: new Map([
            [unit.path, file(unit.text)],
            [secret.path, file(secret.text, 0o644)],
          ]),
        }),
      ),
    ),
  ).toEqual(['rights secrets.env'])
  const other = machine(wanted, {
    files: new Map([
      [unit.path, file(unit.text)],
      [secret.path, file('# Secrets of demo. Rendered by hermes-install; x', 0o600)],
    ]),
    record: null,
  })
  const made = plan(wanted, other)
  expect([lines(made), made.files[0]!.before, made.files[0]!.after]).toEqual([
    ['write secrets.env', 'daemon-reload', 'restart demo.service', 'wait'],
    null,
    null,
  ])
})

test('what others changed is a conflict; what this tool wrote is not, even if it was killed over it', async () => {
  const wanted = await wish()
  const [{ path }] = wanted.target.files as [(typeof wanted.target.files)[number]]
  const edited = new Map([...machine(wanted).files, [path, file('edited')] as const])
  expect(conflicts(plan(wanted, machine(wanted, { files: edited }))).map(({ conflict }) => conflict)).toEqual(['somebody changed it since it was written'])
  expect(conflicts(plan(wanted, machine(wanted, { files: edited, record: null })))[0]!.conflict).toMatch(/did not write it/)
  const intended = { id: 'demo', label: 'demo', files: [{ target: path, sha256: sha256('edited'), mode: '0644', sensitive: false }] }
  expect(conflicts(plan(wanted, machine(wanted, { files: edited, unfinished: { facts: new Set(), intended, dirty: true } })))).toEqual([])
})

test('a run that was cut short is finished: with a restart only if it got that far', async () => {
  const wanted = await wish()
  const unfinished = (dirty: boolean) => plan(wanted, machine(wanted, { unfinished: { facts: new Set(), intended: null, dirty } }))
  expect([lines(unfinished(false)), lines(unfinished(true))]).toEqual([['daemon-reload'], ['daemon-reload', 'restart demo.service', 'wait']])
})

test('files that an earlier profile had are removed, unless somebody made them their own', async () => {
  const wanted = await wish()
  const record = {
    ...machine(wanted).record!,
    files: [...machine(wanted).record!.files, { target: '/x/launcher.sh', sha256: sha256('was'), mode: '0755', sensitive: false }],
  }
  const planned = (text: string) =>
    plan(wanted, machine(wanted, { record, files: new Map([...machine(wanted).files, ['/x/launcher.sh', file(text)] as const]) }))
  expect([lines(planned('was'))[0], conflicts(planned('was'))]).toEqual(['remove launcher.sh', []])
  expect(conflicts(planned('mine'))).toHaveLength(1)
})

test.each<[string, Parameters<typeof machine>[1], RegExp]>([
  ['masked', { manager: { masked: true } }, /demo\.service is masked/],
  ["a distribution's unit", { manager: { fragment: '/usr/lib/systemd/user/demo.service' } }, /installed already, by \/usr\/lib/],
  ['another label', { record: { id: 'demo', label: 'other', files: [] } }, /installed as other and would now be demo/],
  ['a link', { files: new Map([['/home/ann/.config/systemd/user/demo.service', { kind: 'link', to: '/nix/store/x' }]]) }, /symbolic link to \/nix\/store\/x/],
  ['another service', { owners: new Map([['/home/ann/.config/systemd/user/demo.service', 'twin']]) }, /belongs to twin/],
  ['a folder of somebody else', { unsafe: new Map([['/srv/x', '/srv belongs to another user (7)']]) }, /\/srv belongs to another user/],
])('%s stands in the way, and nothing is planned', async (_, differs, expected) => {
  const wanted = await wish()
  const base = machine(wanted)
  const made = plan(wanted, machine(wanted, { ...differs, files: new Map([...base.files, ...(differs?.files ?? [])]) }))
  expect([made.steps, made.obstacle?.why]).toEqual([[], expect.stringMatching(expected)])
})

test('a fingerprint is of what counts: not of process numbers, but of every file, of the manager and of the wish', async () => {
  const wanted = await wish()
  const print = (observed: Observed, other = wanted): string => plan(other, observed).fingerprint
  const base = print(machine(wanted))
  expect(print(machine(wanted, { manager: { pid: 8, since: 'Sun', restarts: 4, words: 'x' } }))).toBe(base)
  const others = [
    print(machine(wanted, { manager: { enabled: false } })),
    print(machine(wanted, { record: null })),
    print(machine(wanted, { files: new Map([...machine(wanted).files, [wanted.target.files[0]!.path, file('x')] as const]) })),
    print(machine(wanted), await wish('umask: "0077"\n')),
  ]
  expect(new Set([base, ...others]).size).toBe(5)
})

test('what this tool writes for a service says so', async () => {
  const { target } = await wish()
  for (const { text } of target.files) expect(isWrittenFor(text, 'demo')).toBe(true)
  expect(isWrittenFor(target.files[0]!.text, 'other')).toBe(false)
  expect(isWrittenFor('[Unit]\nDescription=mine\n', 'demo')).toBe(false)
})
