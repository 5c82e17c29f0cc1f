// The keys of launchd.plist(5) and the types launchd reads them with; for values that pass through `native.macos`.
// A right key with a wrong type is logged and ignored by launchd (launchd-842.1.4, core.c: dispatch on the value's type, then on the key), so it is an error here.
import type { Plist } from '../../escape/plist.ts'

type Kind = 'string' | 'integer' | 'boolean' | 'dict' | 'array'

const kinds: Readonly<Record<string, readonly Kind[]>> = {
  Label: ['string'],
  UserName: ['string'],
  GroupName: ['string'],
  InitGroups: ['boolean'],
  Program: ['string'],
  BundleProgram: ['string'],
  ProgramArguments: ['array'],
  EnableGlobbing: ['boolean'],
  EnableTransactions: ['boolean'],
  EnablePressuredExit: ['boolean'],
  KeepAlive: ['boolean', 'dict'],
  RunAtLoad: ['boolean'],
  LaunchOnlyOnce: ['boolean'],
  RootDirectory: ['string'],
  WorkingDirectory: ['string'],
  EnvironmentVariables: ['dict'],
  Umask: ['integer', 'string'],
  ExitTimeOut: ['integer'],
  ThrottleInterval: ['integer'],
  WatchPaths: ['array'],
  QueueDirectories: ['array'],
  StartOnMount: ['boolean'],
  StartInterval: ['integer'],
  StartCalendarInterval: ['dict', 'array'],
  StandardInPath: ['string'],
  StandardOutPath: ['string'],
  StandardErrorPath: ['string'],
  Debug: ['boolean'],
  WaitForDebugger: ['boolean'],
  SoftResourceLimits: ['dict'],
  HardResourceLimits: ['dict'],
  Nice: ['integer'],
  ProcessType: ['string'],
  AbandonProcessGroup: ['boolean'],
  LowPriorityIO: ['boolean'],
  LowPriorityBackgroundIO: ['boolean'],
  MaterializeDatalessFiles: ['boolean'],
  MachServices: ['dict'],
  Sockets: ['dict'],
  inetdCompatibility: ['dict'],
  LaunchEvents: ['dict'],
  SessionCreate: ['boolean'],
  LegacyTimers: ['boolean'],
  LimitLoadToSessionType: ['string', 'array'],
  LimitLoadToHardware: ['dict'],
  LimitLoadFromHardware: ['dict'],
  AssociatedBundleIdentifiers: ['array', 'string'],
}

/** No longer implemented: launchd reads past them (launchd.plist(5); launch.h). */
const dead: Readonly<Record<string, string>> = {
  Disabled: 'it is only a first default: `launchctl disable` decides',
  OnDemand: 'KeepAlive replaced it',
  ServiceIPC: 'it does nothing any more',
  TimeOut: 'it never did anything; for a delay between launches use restart.delays',
  HopefullyExitsFirst: 'it does nothing any more',
  HopefullyExitsLast: 'it does nothing any more',
  LimitLoadToHosts: 'it does nothing any more',
  LimitLoadFromHosts: 'it does nothing any more',
}

function kindOf(value: Plist): Kind | 'real' {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real'
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'dict'
}

export const knownKeys: readonly string[] = Object.keys(kinds)

/** Why launchd would ignore this key; undefined if it reads it. Keys it does not know are ignored by it too, without a word. */
export function keyProblem(key: string, value: Plist): string | undefined {
  if (Object.hasOwn(dead, key)) return `launchd ignores ${key}: ${dead[key]}`
  if (!Object.hasOwn(kinds, key)) return `launchd has no key ${key}`
  const expected = kinds[key]!
  const found = kindOf(value)
  return (expected as readonly string[]).includes(found)
    ? undefined
    : `${key} must be ${expected.map((kind) => `${/^[aeio]/.test(kind) ? 'an' : 'a'} ${kind}`).join(' or ')}, got ${/^[aeio]/.test(found) ? 'an' : 'a'} ${found}; launchd would ignore it`
}
