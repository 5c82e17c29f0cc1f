// startup.js against a Windows Script Host of a few lines: what Wine cannot show, as it has no SetPriority and no policy that forbids PowerShell.
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { fileOf } from '../help.ts'

const host = { os: 'windows', user: 'ann', home: 'C:\\Users\\ann' } as const
const rendered = (more: string) => fileOf(`version: 1\nname: hi\ncommand: ['C:\\hi.exe']\nrestart: { policy: never }\n${more}`, 'startup.js', { host })

/** Runs the script until it quits; `powershell` is the code that PowerShell ends with. The supervisor is process 7, the program's cmd.exe 8. */
function run(script: string, verb: string, { powershell = 0 } = {}) {
  const files = new Map<string, string>()
  const seen = { priorities: [] as unknown[], lines: [] as string[], waitedMs: 0, code: -1 }
  let time = 1_000_000
  let up = verb === 'stop'
  const folder = 'C:\\Users\\ann\\AppData\\Local\\hermes-install\\hi'
  if (up) files.set(`${folder}\\run\\lock`, '').set(`${folder}\\run\\id`, '7 a')
  const processes = [
    { ProcessId: 7, ParentProcessId: 1, CreationDate: 'a', Name: 'wscript.exe', CommandLine: `wscript.exe "${folder}\\startup.js" run` },
    { ProcessId: 8, ParentProcessId: 7, CreationDate: 'b', Name: 'cmd.exe', CommandLine: 'cmd.exe' },
  ]
  const file = (path: string) => ({
    AtEndOfStream: files.get(path) === '',
    ReadAll: () => files.get(path),
    Write: (text: string) => files.set(path, text),
    WriteLine: (text: string) => files.set(path, `${files.get(path) ?? ''}${text}\n`),
    Close: () => undefined,
  })
  const objects: Record<string, object> = {
    'WScript.Shell': {
      Run(line: string) {
        seen.lines.push(line)
        if (line.includes('powershell.exe')) return powershell
        if (line.includes('taskkill.exe')) {
          processes.length = 0
          up = false
        }
        return 0
      },
    },
    'Scripting.FileSystemObject': {
      GetParentFolderName: (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('\\'))),
      GetSpecialFolder: () => ({ Path: 'C:\\Windows\\System32' }),
      FolderExists: () => true,
      FileExists: (path: string) => files.has(path),
      DeleteFile: (path: string) => files.delete(path),
      GetFile: () => ({ Size: 0 }),
      OpenTextFile(path: string, mode: number) {
        if (path.endsWith('lock') && up) throw new Error('in use')
        if (mode === 1 && !files.has(path)) throw new Error('not there')
        return file(path)
      },
    },
    'WbemScripting.SWbemLocator': {
      ConnectServer: () => ({
        ExecQuery: () => processes,
        Get: (path: string) => ({ SetPriority: (value: unknown) => (seen.priorities.push(path, value), 0) }),
      }),
    },
  }
  const quit = new Error('quit')
  const context = {
    ActiveXObject: function (name: string) {
      return objects[name]
    },
    Enumerator: function (list: object[]) {
      let at = 0
      return { atEnd: () => at >= list.length, item: () => list[at], moveNext: () => (at += 1) }
    },
    WScript: {
      ScriptFullName: `${folder}\\startup.js`,
      Arguments: { length: 1, Item: () => verb },
      Sleep: (ms: number) => ((time += ms), (seen.waitedMs += ms)),
      Echo: () => undefined,
      Quit(code: number) {
        seen.code = code
        throw quit
      },
    },
    Date: function () {
      return { getTime: () => time }
    },
  }
  expect(() => runInNewContext(script, context)).toThrow(quit)
  return seen
}

test.each([
  ['low', ['Win32_Process.Handle="7"', 16_384]],
  ['19', ['Win32_Process.Handle="7"', 64]],
  ['high', []],
  ['normal', []],
])('priority %s', async (priority, priorities) => {
  const seen = run(await rendered(`priority: ${priority}`), 'run')
  expect([seen.code, seen.priorities, seen.lines.map((line) => line.includes('--program'))]).toEqual([0, priorities, [true]])
})

test.each([
  ['heard', 0, true],
  ['forbidden', 1, false],
  ['an end of PowerShell without its console', 3_762_504_530, true],
])('stop without a stop command: %s', async (_, powershell, patient) => {
  const seen = run(await rendered('stop: { timeout: 20s }'), 'stop', { powershell })
  expect([seen.code, seen.lines.some((line) => line.includes('taskkill.exe" /F /PID 8')), seen.waitedMs >= 19_800]).toEqual([0, true, patient])
  // The words as the C runtime, and with it PowerShell, takes them apart: the C# holds quotes, and nothing else does.
  const line = seen.lines.find((one) => one.includes('powershell.exe'))!
  const command = /-Command "(.*)"$/.exec(line)![1]!
  expect(command.replaceAll('\\"', '')).not.toMatch(/["\\]/)
  expect(command).toContain('AttachConsole(8)')
  expect(command.match(/\[DllImport\(\\"kernel32\.dll\\"\)\] public static extern bool \w+\([\w ,]*\);/g)).toHaveLength(4)
})
