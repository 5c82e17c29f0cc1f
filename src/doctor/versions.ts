// A path in, the version manager that it belongs to out: what lies there goes with the next update, and no login shell chooses it for a service.

export interface Versioned {
  readonly manager: string
  /** When it is gone. */
  readonly until: 'logout' | 'update'
  /** The same program by a path that its manager keeps; null if it has none. */
  readonly stays: string | null
}

const rules: readonly { readonly manager: string; readonly pattern: RegExp; readonly until?: 'logout'; readonly stays?: string }[] = [
  // `fnm env` makes a folder for each shell (github.com/Schniz/fnm, docs/configuration.md).
  { manager: 'fnm', pattern: /[/\\]fnm_multishells[/\\]/, until: 'logout' },
  { manager: 'fnm', pattern: /^(.*\/(?:\.fnm|fnm))\/node-versions\/[^/]+\/installation\/(.*)$/, stays: '$1/aliases/default/$2' },
  { manager: 'fnm', pattern: /\\fnm\\node-versions\\/ },
  { manager: 'nvm', pattern: /\/\.nvm\/versions\// },
  { manager: 'nvm', pattern: /\\nvm\\v\d/ },
  { manager: 'Volta', pattern: /^(.*\/\.volta)\/tools\/image\/.*\/([^/]+)$/, stays: '$1/bin/$2' },
  { manager: 'Volta', pattern: /\\Volta\\tools\\image\\/i },
  { manager: 'asdf', pattern: /\/\.asdf\/(?:installs|shims)\// },
  { manager: 'mise', pattern: /\/(?:mise|rtx)\/(?:installs|shims)\// },
  { manager: 'pyenv', pattern: /\/\.pyenv\/(?:versions|shims)\// },
  { manager: 'pyenv', pattern: /\\pyenv-win\\(?:versions|shims)\\/ },
  { manager: 'rbenv', pattern: /\/\.rbenv\/(?:versions|shims)\// },
  { manager: 'nodenv', pattern: /\/\.nodenv\/(?:versions|shims)\// },
  { manager: 'uv', pattern: /\/uv\/python\/cpython-\d/ },
  { manager: 'SDKMAN', pattern: /^(.*\/\.sdkman\/candidates\/[^/]+)\/(?!current\/)[^/]+\/(.*)$/, stays: '$1/current/$2' },
  // Homebrew's own advice: opt/ leads to whatever version is there (docs.brew.sh, FAQ).
  { manager: 'Homebrew', pattern: /^(\/opt\/homebrew|\/usr\/local|.*\/\.linuxbrew)\/Cellar\/([^/]+)\/[^/]+\/(.*)$/, stays: '$1/opt/$2/$3' },
  { manager: 'Nix', pattern: /^\/nix\/store\/[^/]+\/bin\/([^/]+)$/, stays: '/run/current-system/sw/bin/$1' },
  { manager: 'Nix', pattern: /^\/nix\/store\// },
  { manager: 'Snap', pattern: /^(\/snap\/[^/]+)\/\d+\/(.*)$/, stays: '$1/current/$2' },
  { manager: 'Scoop', pattern: /^(.*\\scoop\\apps\\[^\\]+)\\(?!current\\)[^\\]+\\(.*)$/i, stays: '$1\\current\\$2' },
]

/** @returns null for what no version manager keeps */
export function versioned(path: string): Versioned | null {
  // A folder, such as one of PATH, counts like what lies in it.
  for (const [at, cut] of [
    [path, 0],
    [path.includes('\\') ? `${path}\\` : `${path}/`, 1],
  ] as const) {
    const rule = rules.find(({ pattern }) => pattern.test(at))
    if (rule === undefined) continue
    const stays = rule.stays === undefined ? null : at.replace(rule.pattern, rule.stays)
    return { manager: rule.manager, until: rule.until ?? 'update', stays: stays === null ? null : stays.slice(0, stays.length - cut) }
  }
  return null
}

/** Folders whose links their own tool keeps up to date: what they lead to may have a version in its name. */
export const keptFolders = [
  '/usr/bin/',
  '/bin/',
  '/usr/local/bin/',
  '/opt/homebrew/bin/',
  '/opt/homebrew/opt/',
  '/usr/local/opt/',
  '/home/linuxbrew/.linuxbrew/bin/',
  '/home/linuxbrew/.linuxbrew/opt/',
  '/snap/bin/',
  '/etc/alternatives/',
  '/run/current-system/',
] as const
