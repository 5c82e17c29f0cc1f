// What no key of the profile has taken in, `native.linux` out: as it is written, so that systemd reads it as it did before.
import { directive as directivePattern } from '../profile/patterns.ts'
import type { Reading } from './reading.ts'

/** Directives with one value: of several, systemd takes the last (systemd.exec(5), systemd.resource-control(5), systemd.service(5)). */
const single =
  /^(?:Protect|Private|Limit|Memory|Tasks|CPU(?:Quota|Weight|Shares|Accounting)|IO(?:Weight|Scheduling|Accounting)|Block|OOM|Nice|UMask|Timeout|Watchdog|Restart(?:Sec|Steps|Max)|StandardOutput$|StandardError$|StandardInput$|Syslog|Log(?:Level|Rate)|NoNew|Lock|MemoryDeny|RestrictRealtime|RestrictSUIDSGID|RestrictNamespaces|RemoveIPC|DynamicUser|PIDFile|BusName|Type$|KillMode|Slice|Delegate$|RootDirectory|WorkingDirectory|User$|Group$|RemainAfterExit|Guess|NotifyAccess|SendSIG|FinalKill|DefaultDependencies|Refuse|Job|StartLimit|Collect|StopWhen|Ignore|AllowIsolate|.*DirectoryMode$|RuntimeDirectoryPreserve|RuntimeMax)/
/** For these nothing at all is a value (systemd.exec(5)). */
const emptyCounts = /^(?:CapabilityBoundingSet|AmbientCapabilities)$/

/** Sections that systemd reads in a service. */
const sections: ReadonlySet<string> = new Set(['Unit', 'Service', 'Install'])

export function nativeKeys({ unit, draft }: Reading): void {
  const type = unit.take('Service', 'Type').at(-1) ?? (unit.has('Service', 'BusName') ? 'dbus' : 'simple')
  const killMode = unit.take('Service', 'KillMode').at(-1) ?? 'control-group'
  if (type !== 'exec') draft.set(['native', 'linux', 'Service', 'Type'], type)
  if (killMode !== 'mixed') draft.set(['native', 'linux', 'Service', 'KillMode'], killMode)
  const own = [...(type === 'simple' ? ['Type'] : []), ...(killMode === 'control-group' ? ['KillMode'] : [])]
  if (own.length > 0)
    draft.remark(
      ['native', 'linux', 'Service', own[0]!],
      `${own.join(' and ')}: what systemd does unless told; without ${own.length > 1 ? 'them' : 'it'}, hermes-install has Type=exec and KillMode=mixed`,
    )

  for (const { section, key, values, reset } of unit.left()) {
    const name = `${key}=${values.join(', ')}`
    if (!sections.has(section)) draft.remark([], `not carried: [${section}] ${key}: systemd reads no such section in a service`)
    else if (!directivePattern.test(key)) draft.remark([], `not carried: [${section}] ${name}: this cannot be the name of a directive`)
    else if (key.startsWith('SetCredential'))
      draft.remark([], `not carried: [${section}] ${key}=, which holds a secret: put it into a file, and use environment with { secretFile }`)
    else if (values.length === 0) {
      if (reset && emptyCounts.test(key)) draft.set(['native', 'linux', section, key], '')
    } else if (single.test(key) || values.length === 1) {
      const all = emptyCounts.test(key) && reset ? ['', ...values] : [values.at(-1)!]
      draft.set(['native', 'linux', section, key], all.length === 1 ? all[0] : all)
    } else draft.set(['native', 'linux', section, key], emptyCounts.test(key) && reset ? ['', ...values] : values)
  }
}
