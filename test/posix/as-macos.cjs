// Preloaded (`node -r`) where the built program shall take this machine for macOS: what it then calls are stand-ins.
Object.defineProperty(process, 'platform', { value: 'darwin' })
