// A text in, the format that it is in out: by its content, and where that says nothing by its name.
import { UserError } from '../errors.ts'
import type { Given, Imported } from './model.ts'

type Format = 'systemd' | 'launchd' | 'winsw' | 'registry' | 'task'

function formatOf(path: string, text: string): Format | null {
  const start = text.replace(/^\ufeff/, '').trimStart()
  if (start.startsWith('bplist') || /<!DOCTYPE\s+plist|<plist[\s>]/.test(text.slice(0, 4000))) return 'launchd'
  if (start.startsWith('<') && /<service[\s>]/i.test(text.slice(0, 20_000))) return 'winsw'
  if (start.startsWith('HKEY_LOCAL_MACHINE\\SYSTEM\\')) return 'registry'
  if (/^[ \t]*\[(?:Unit|Service|Install)\][ \t]*$/m.test(text)) return 'systemd'
  if (/\.(?:cmd|vbs|js|bat)$/i.test(path)) return 'task'
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()
  return extension === 'service' ? 'systemd' : extension === 'plist' ? 'launchd' : extension === 'xml' ? 'winsw' : null
}

/** @throws UserError NOT_IMPORTED for what is none of them, or cannot become a profile */
export async function readAny(given: Given): Promise<Imported> {
  const { path, text } = given.main
  if (text.includes('\ue000')) throw new UserError('NOT_IMPORTED', `${path} cannot become a profile: it holds a private character (U+E000)`)
  const imported = await reader(given)
  // What `render` wrote is read back as it is.
  return /[Hh]ermes/.test(text) ? (await import('./hermes.ts')).extendShipped(imported, text.includes('Rendered by hermes-install')) : imported
}

async function reader(given: Given): Promise<Imported> {
  const { path, text } = given.main
  switch (formatOf(path, text)) {
    case 'systemd':
      return (await import('./systemd.ts')).readSystemd(given)
    case 'launchd':
      return (await import('./launchd.ts')).readLaunchd(given)
    case 'winsw':
      return (await import('./winsw.ts')).readWinsw(given)
    case 'registry':
      return (await import('./registry.ts')).readRegistry(given)
    case 'task':
      return (await import('./hermes-task.ts')).readTask(given)
    case null:
      throw new UserError('NOT_IMPORTED', `${path} is no service that is known here`, {
        hint: 'a systemd unit, a launchd property list, a WinSW XML, or the name of a service of this machine',
      })
  }
}
