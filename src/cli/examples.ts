// What stands below the help of each command: examples, and what else is to be known of it. The man page has the same.

type Line = readonly [typed: string, what: string]

/** One line that can be typed, and what it does. By the words of the command; '' is the program itself. */
const examples: Readonly<Record<string, readonly Line[]>> = {
  '': [
    ['hermes-install render --os all', 'the Hermes gateway for Linux, macOS and Windows, into ./out'],
    ['hermes-install init my-app.yaml', 'a profile to start from'],
    ['hermes-install plan my-app.yaml', 'what would change on this machine'],
    ['hermes-install apply my-app.yaml', 'does that, and goes back if the service is not healthy'],
  ],
  render: [
    ['hermes-install render my-app.yaml --os all', 'for the three OSes, into ./out'],
    ['hermes-install render --instance work --os windows --host laptop.yaml', 'a second gateway, for another machine'],
    ['hermes-install render profiles --values env/prod.yaml --out rendered/prod', 'a folder, with the values of one environment'],
    ['hermes-install render profiles --out rendered --check', 'in CI: shows what differs, and exits 3'],
  ],
  plan: [
    ['hermes-install plan my-app.yaml', 'files as a diff, commands in order'],
    ['hermes-install plan my-app.yaml --out my.plan', 'saves it, for `hermes-install apply my.plan`'],
    ['hermes-install plan --detailed-exitcode', 'exits 3 if anything would change'],
  ],
  apply: [
    ['hermes-install apply my-app.yaml', 'for this user'],
    ['sudo hermes-install apply --scope system my-app.yaml', 'for the machine'],
    ['hermes-install plan my-app.yaml --out my.plan && hermes-install apply my.plan', 'exactly what was shown'],
    ['hermes-install apply --set port=8081 --instance second my-app.yaml', 'a second one beside it'],
    ['hermes-install apply my-app.yaml --inventory hosts.yml --serial 25%', 'on many machines, a quarter at a time'],
  ],
  uninstall: [
    ['hermes-install uninstall my-app.yaml', 'by profile'],
    ['hermes-install uninstall hermes-gateway-work', 'by the name that status shows'],
  ],
  status: [
    ['hermes-install status', 'all that this tool has installed'],
    ['hermes-install status my-app --json', 'one of them, for a program'],
  ],
  verify: [
    ['hermes-install verify my-app.yaml', 'every difference between this machine and the profile'],
    ['hermes-install verify --json', 'the same of the gateway, for a program'],
  ],
  start: [
    ['hermes-install start my-app', ''],
    ['hermes-install start my-app.yaml --instance second', ''],
  ],
  stop: [
    ['hermes-install stop my-app', 'until the machine starts again, or `hermes-install start my-app`'],
    ['hermes-install stop', 'the gateway'],
  ],
  restart: [
    ['hermes-install restart my-app', ''],
    ['sudo hermes-install restart --user ann my-app', "a service of ann's"],
  ],
  logs: [
    ['hermes-install logs my-app -n 200', 'the last 200 lines'],
    ['hermes-install logs my-app -f', 'goes on until Ctrl+C'],
  ],
  'export ansible': [
    ['hermes-install export ansible my-app.yaml --scope system --out ansible', 'a role and playbooks'],
    ['hermes-install export ansible my-app.yaml --out ansible --hosts hosts.json', 'rendered now for each host: the controller needs no Node'],
  ],
  'export hosts': [['hermes-install export hosts my-app.yaml --hosts hosts.json --out rendered', 'what the role does once for each batch']],
  import: [
    ['hermes-install import /etc/systemd/system/my-app.service --out my-app.yaml', 'a unit and its drop-ins'],
    ['hermes-install import nginx', 'a service of this machine, printed'],
    ['hermes-install import hermes-gateway --out gateway.yaml', 'an install of its own by Hermes'],
  ],
  doctor: [
    ['hermes-install doctor', ''],
    ['hermes-install doctor my-app.yaml --json', ''],
  ],
  validate: [
    ['hermes-install validate my-app.yaml', 'for every OS'],
    ['hermes-install validate profiles --values env/prod.yaml', 'a folder, with the values of one environment'],
    ['hermes-install validate my-app.yaml --os linux --strict', 'exits 5 unless every key is exact there'],
  ],
  schema: [['hermes-install schema > profile.schema.json', 'for an editor: # yaml-language-server: $schema=profile.schema.json']],
  init: [
    ['hermes-install init', 'writes profile.yaml'],
    ['hermes-install init my-app.yaml', 'a profile with that name'],
  ],
  'winsw fetch': [
    ['hermes-install winsw fetch', 'into the cache'],
    ['hermes-install winsw fetch --arch x86 --out vendor/winsw', 'for a repository'],
  ],
  completion: [
    ['hermes-install completion bash > ~/.local/share/bash-completion/completions/hermes-install', ''],
    ['hermes-install completion zsh > "${fpath[1]}/_hermes-install"', ''],
    ['hermes-install completion fish > ~/.config/fish/completions/hermes-install.fish', ''],
    ['hermes-install completion powershell | Out-String | Invoke-Expression', 'in $PROFILE'],
  ],
}

const environment: Readonly<Record<string, readonly Line[]>> = {
  'winsw fetch': [
    ['HERMES_INSTALL_WINSW', 'an own copy, taken if it is the pinned file'],
    ['HERMES_INSTALL_WINSW_MIRROR', 'address with v<version>/<file> below it, instead of GitHub'],
    ['HERMES_INSTALL_CACHE', 'folder of the cache'],
    ['https_proxy, no_proxy', 'as usual'],
  ],
}

/** Aligned where the lines are of like length; a long one has its words to itself. */
function block(title: string, lines: readonly Line[] = []): string {
  const width = Math.max(0, ...lines.map(([typed]) => typed.length).filter((length) => length <= 56))
  const rows = lines.map(([typed, what]) => `  ${what === '' ? typed : `${typed.padEnd(width)}  ${what}`}`)
  return lines.length === 0 ? '' : `\n${title}:\n${rows.join('\n')}\n`
}

/** @param words of the command, such as `winsw fetch` */
export const below = (words: string): string => block('Environment', environment[words]) + block('Examples', examples[words])
