// Checks of the folders and files that a service needs beside its program.
import { barred, unseen } from './access.ts'
import { everywhere, ofService, type Verdict } from './check.ts'
import { asAdmin, asOwner, asRoot, asSelf } from './words.ts'

export const files = {
  'working-directory': ofService({
    platforms: everywhere,
    needs: ['user', 'account', 'workingFolder'],
    finds: 'the working directory is missing, no folder, or closed to the account of the service (200/CHDIR)',
    judge({ user, account, workingFolder: folder }): Verdict {
      if (folder === null) return ['ok', 'it needs no working directory']
      if (folder.kind === 'hidden') return unseen(user, account, folder, 'enter')
      if (folder.kind !== 'folder')
        return folder.kind === 'missing'
          ? [
              'error',
              `there is no folder ${folder.path}: the service cannot start (200/CHDIR)`,
              `${user.os === 'windows' ? asAdmin('cmd.exe', '/c', 'mkdir', folder.path) : asSelf('mkdir', '-p', folder.path)}, or set \`workingDirectory\` in the profile`,
            ]
          : ['error', `${folder.path} is no folder: the service cannot start (200/CHDIR)`, 'set `workingDirectory` in the profile']
      return folder.barrier === null ? ['ok', folder.path] : barred(account, folder, 'enter')
    },
  }),

  'environment-files': ofService({
    platforms: everywhere,
    needs: ['user', 'profile', 'account', 'environmentFiles'],
    finds: 'an environment file that is not optional is missing, or closed to the account of the service',
    judge: ({ user, profile, account, environmentFiles }) =>
      environmentFiles.flatMap((file): readonly Verdict[] => {
        const optional = profile.environmentFiles.some(({ path, optional }) => path === file.path && optional)
        if (file.kind === 'hidden') return [unseen(user, account, file, 'read')]
        if (file.kind === 'missing')
          return optional ? [] : [['error', `there is no environment file ${file.path}`, 'write it, or say `optional: true` beside it in `environmentFiles`']]
        // Those of a unit of the machine are read by systemd itself, as root (systemd.exec(5)).
        return file.barrier === null || (user.os === 'linux' && profile.scope === 'system') ? [] : [barred(account, file, 'read')]
      }),
  }),

  secrets: ofService({
    platforms: everywhere,
    needs: ['user', 'account', 'secretFiles'],
    finds: 'a secret file is missing, closed to the account of the service, or open to everyone',
    judge: ({ user, account, secretFiles }) =>
      secretFiles.flatMap((file): readonly Verdict[] => {
        if (file.kind === 'hidden') return [unseen(user, account, file, 'read')]
        if (file.kind === 'missing') return [['error', `there is no secret file ${file.path}`, `write it, readable by ${account.name} alone`]]
        if (file.barrier === file.path)
          return [['error', `${account.name} may not read the secret file ${file.path}`, asRoot(user, 'chown', account.name, file.path)]]
        if (file.barrier !== null) return [barred(account, file, 'read')]
        if ((file.mode & 0o004) === 0) return []
        // The launcher reads it as the account of the service.
        const own = file.owner === account.uid ? [] : [asRoot(user, 'chown', account.name, file.path)]
        const mode = own.length === 0 ? asOwner(user, file.owner, 'chmod', '600', file.path) : asRoot(user, 'chmod', '600', file.path)
        return [['warning', `everyone may read the secret file ${file.path}`, [...own, mode].join(' && ')]]
      }),
  }),
}
