// Names and systemd versions in; running machines with an sshd each, in one network, and the controller that reaches them, out.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bedFile, bedsDir } from './paths.ts'
import { installProgram, type Hermes } from './program.ts'
import { mustRun, run } from './process.ts'
import { startBox, type Box } from './systemd.ts'

interface Member {
  readonly name: string
  readonly address: string
  readonly box: Box
}

export interface Fleet {
  readonly controller: Box
  /** The built program on the controller. */
  readonly hermes: Hermes
  readonly members: ReadonlyMap<string, Member>
  /** What an inventory says of how to reach one. */
  readonly reach: (name: string) => Readonly<Record<string, string | number>>
  stop(): Promise<void>
}

const network = '10.77.0'
const key = '/root/.ssh/id_ed25519'

/** Debian's sshd, sudo and Python: on the host for 252 (systemd.ts decides the same way), in a root of their own for 254. */
async function rootFor(version: '252' | '254'): Promise<string> {
  if (version === '252' && !existsSync(join(bedsDir, 'fleet', version))) {
    const host = (await run(['systemctl', '--version'])).stdout.split(' ')[1]
    if (host === version) return '/'
  }
  return bedFile('fleet', 'fleet', version)
}

/** Runs a command in the box and throws if it fails. */
export async function inside(box: Box, script: string): Promise<string> {
  const result = await box.exec(['sh', '-euc', script])
  if (result.code !== 0) throw new Error(`in the box: ${script}: exit code ${result.code}\n${result.stdout}${result.stderr}`)
  return result.stdout
}

/**
 * Boots the machines. Every one has a network namespace of its own; a bridge in the controller's connects them, so that nothing of it is in the host's network and all
 * of it goes with the boxes. The account `ops` may become root, unless told otherwise.
 */
export async function startFleet(plan: readonly { readonly name: string; readonly version: '252' | '254'; readonly sudo?: boolean }[]): Promise<Fleet> {
  const controller = await startBox()
  const boxes: Box[] = [controller]
  try {
    const hermes = installProgram(controller)
    await inside(
      controller,
      `ssh-keygen -q -t ed25519 -N '' -f ${key}; ip link add br0 type bridge; ip address add ${network}.1/24 dev br0; ip link set br0 up`,
    )
    const publicKey = await controller.read(`${key}.pub`)
    const members = new Map<string, Member>()
    await Promise.all(
      plan.map(async ({ name, version, sudo = true }, i) => {
        const box = await startBox({ root: version, folder: await rootFor(version) })
        boxes.push(box)
        const address = `${network}.${i + 11}`
        members.set(name, { name, address, box })
        await mustRun([
          'ip',
          'link',
          'add',
          `h${i}`,
          'netns',
          String(box.leader()),
          'type',
          'veth',
          'peer',
          'name',
          `c${i}`,
          'netns',
          String(controller.leader()),
        ])
        await inside(controller, `ip link set c${i} master br0 up`)
        // The host's own ip(8): not every root has one.
        for (const words of [`link set h${i} up`, `address add ${address}/24 dev h${i}`])
          await mustRun(['nsenter', '-t', String(box.leader()), '-n', 'ip', ...words.split(' ')])
        await inside(
          box,
          `rm -f /etc/nologin /run/nologin
          useradd --create-home --shell /bin/bash ops
          ${sudo ? 'echo "ops ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/ops; chmod 0440 /etc/sudoers.d/ops' : 'rm -f /etc/sudoers.d/*'}
          install -d -m 0700 -o ops -g ops /home/ops/.ssh
          mkdir -p /run/sshd; test -e /etc/ssh/ssh_host_ed25519_key || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
          systemd-run --quiet --unit=bed-sshd -p RuntimeDirectory=sshd /usr/sbin/sshd -D -o ListenAddress=${address} -o HostKey=/etc/ssh/ssh_host_ed25519_key -o UsePAM=yes -o UseDNS=no`,
        )
        await box.write('/home/ops/.ssh/authorized_keys', publicKey, 0o600, 'ops')
      }),
    )
    await Promise.all(
      [...members.values()].map(({ address }) =>
        inside(controller, `for i in $(seq 50); do ssh-keyscan -t ed25519 ${address} 2>/dev/null | grep -q . && exit; sleep 0.1; done; exit 1`),
      ),
    )
    return {
      controller,
      hermes,
      members,
      reach: (name) => ({
        ansible_host: members.get(name)?.address ?? `${network}.250`,
        ansible_user: 'ops',
        ansible_ssh_private_key_file: key,
        ansible_ssh_common_args: '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=4',
        ansible_python_interpreter: '/usr/bin/python3',
      }),
      stop: async () => void (await Promise.all(boxes.map((box) => box.stop()))),
    }
  } catch (error) {
    await Promise.all(boxes.map((box) => box.stop()))
    throw error
  }
}
