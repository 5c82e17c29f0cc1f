// The rooms that grow: one line for each service manager, loaded when it is used.
import type { Os } from '../profile/model.ts'
import type { Platform } from './platform.ts'

export const platforms = {
  linux: async () => (await import('./systemd/index.ts')).systemd,
  macos: async () => (await import('./launchd/index.ts')).launchd,
  windows: async () => (await import('./windows/index.ts')).windows,
} as const satisfies Record<Os, () => Promise<Platform>>
