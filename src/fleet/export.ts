// Profiles and what is said of them in, the files of an export for Ansible out: role, playbooks, profiles, README. Same input, same bytes.
import { ansibleFiles } from '../../templates/ansible/index.files'

/** A file of the export. */
export interface ExportFile {
  readonly path: string
  readonly text: string
}

export interface Exported {
  /** The profiles as the renderer is given them: paths below `roles/hermes_install/files`, or names of shipped ones. */
  readonly profiles: readonly string[]
  /** The texts of all profiles and their bases, by that path. */
  readonly sources: ReadonlyMap<string, string>
  /** `--set k=v`, `--instance` and the like, for the renderer. */
  readonly flags: readonly string[]
  readonly scope: 'user' | 'system'
  /** Whether the hosts are rendered already, below `rendered/`. */
  readonly rendered: boolean
}

const role = 'roles/hermes_install'

/** A text as YAML and JSON both have it. */
const quoted = (text: string): string => JSON.stringify(text)
const listed = (key: string, values: readonly string[]): string =>
  values.length === 0 ? `${key}: []` : `${key}:\n${values.map((value) => `  - ${quoted(value)}`).join('\n')}`

/** The role's own defaults: all of them may be set in an inventory. */
function defaults({ profiles, flags, scope, rendered }: Exported): string {
  return `---
# Written by hermes-install: export again instead of changing it. Everything here may be set in group_vars and host_vars.
hermes_install_action: apply
hermes_install_host: {}
hermes_install_values: {}
hermes_install_secrets: {}
hermes_install_user: ""
hermes_install_overwrite: false
# How the controller calls hermes-install, a word an item.
hermes_install_command:
  - hermes-install
# What it renders: profiles, and what was said of them when this was exported.
${listed('hermes_install_arguments', [...profiles, ...flags])}
hermes_install_scope: ${scope}
# Folder with what was rendered beforehand; empty to render on the controller in each run.
hermes_install_rendered: ${rendered ? '"{{ playbook_dir }}/rendered"' : '""'}
`
}

function readme({ profiles, rendered, scope }: Exported): string {
  return `# Services for Ansible

Written by \`hermes-install export ansible\`; export again instead of changing it. Profiles: ${profiles.map((profile) => `\`${profile}\``).join(', ')}.

    ansible-galaxy collection install -r requirements.yml      for Windows hosts only
    ansible-playbook -i inventory.yml apply.yml                 add --check --diff to see what would change
    ansible-playbook -i inventory.yml uninstall.yml
    ansible-playbook -i inventory.yml doctor.yml

The hosts need no Node: Python on Linux and macOS, PowerShell on Windows. ${
    rendered
      ? 'What they get was rendered when this was exported and lies in `rendered/`; the controller needs no Node either. A host that is not in there fails.'
      : 'The controller renders for each of them, with `hermes-install` on its PATH (or `hermes_install_command`).'
  }
${scope === 'system' ? 'These are services of the machine: Ansible becomes root.' : 'These are services of a user: of the one who connects, or of `hermes_install_user`.'}

| variable | meaning |
|---|---|
| \`hermes_install_values\` | parameters of the profiles on this host, texts: \`{port: "8080"}\` |
| \`hermes_install_host\` | facts of the host, as \`render --host\` takes them; what is left out is asked of the host |
| \`hermes_install_secrets\` | values of \`fromEnv\` secrets, such as \`{TOKEN: "{{ lookup('ansible.builtin.env', 'TOKEN') }}"}\`; otherwise the environment of the controller has them |
| \`hermes_install_user\` | whose services these are, where that is not the one who connects |
| \`hermes_install_overwrite\` | \`true\` overwrites files that others wrote or changed |
| \`hermes_install_on\` | with \`-e\`: the hosts or groups that are meant; all of the inventory without it |
| \`hermes_install_serial\` | with \`-e\`: so many hosts at a time; the rollout stops after the first batch in which one fails |
`
}

/** @returns the files by path, in the order of their code points */
export function exportFiles(exported: Exported): readonly ExportFile[] {
  const files = new Map(Object.entries(ansibleFiles))
  files.set(`${role}/defaults/main.yml`, defaults(exported))
  files.set('README.md', readme(exported))
  for (const [path, text] of exported.sources) files.set(`${role}/files/${path}`, text)
  if (exported.sources.size === 0) files.set(`${role}/files/.gitkeep`, '')
  return [...files].map(([path, text]) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1))
}
