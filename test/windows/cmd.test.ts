// The escapers for batch files against lines written by hand. That cmd.exe reads them back is checked by running it: test/oracles.
import { describe, expect, it } from 'vitest'
import { cmdArgv, cmdCall, cmdQuoted, cmdSet, cmdText } from '../../src/escape/cmd.ts'
import { CannotCarry } from '../../src/escape/refuse.ts'

describe('cmdArgv', () => {
  it.each([
    [['C:\\a.exe'], '"C:\\a.exe"'],
    [['C:\\Program Files\\a.exe', 'b c'], '"C:\\Program Files\\a.exe" ^"b c^"'],
    [['C:\\100%\\a & b.exe', '100%', '%PATH%'], '"C:\\100%%\\a & b.exe" 100%% %%PATH%%'],
    [['a', '^', '&', '|', '<', '>', '(', ')', '!'], '"a" ^^ ^& ^| ^< ^> ^( ^) ^!'],
    [['a', '"', '', 'x"y z'], '"a" ^"\\^"^" ^"^" ^"x\\^"y z^"'],
    [['a', 'C:\\d\\', 'C:\\d e\\'], '"a" C:\\d\\ ^"C:\\d e\\\\^"'],
    [['C:\\b.cmd', 'x y', 'a=b', 'z'], 'call "C:\\b.cmd" "x y" "a=b" z'],
  ])('%j', (argv, line) => expect(cmdArgv(argv)).toBe(line))
  it.each([
    ['line feed', ['a', 'x\ny']],
    ['carriage return', ['a', 'x\r']],
    ['NUL', ['a', '\0']],
    ['Ctrl+Z', ['a', '\x1a']],
    ['half a pair', ['a', '\udc00']],
    ['quote in the program', ['a"b']],
    ['empty program', ['']],
    ['too long', ['a', 'x'.repeat(8191)]],
    ['percent for a batch file', ['b.CMD', '%']],
    ['quote for a batch file', ['b.bat', '"']],
    ['empty for a batch file', ['b.bat ', '']],
  ])('refuses: %s', (_, argv) => expect(() => cmdArgv(argv)).toThrow(CannotCarry))
})

describe('cmdSet', () => {
  it.each([
    ['A', 'b', 'set "A=b"'],
    ['A', '', 'set "A="'],
    ['A', ' b ', 'set "A= b "'],
    ['A', 'a&b|c<d>^!', 'set "A=a&b|c<d>^!"'],
    ['A', '%PATH%', 'set "A=%%PATH%%"'],
    ['A', 'a"b&c%', 'set ^"A=a^"b^&c%%^"'],
    ['ProgramFiles(x86)', 'é', 'set "ProgramFiles(x86)=é"'],
  ])('%s=%j', (name, value, line) => expect(cmdSet(name, value)).toBe(line))
  it.each([
    ['a line end', 'A', 'x\ny'],
    ['a name with =', 'A=B', 'x'],
    ['a switch', '/a', 'x'],
    ['no name', '', 'x'],
    ['a percent sign', 'A%B', 'x'],
    ['too long', 'A', 'x'.repeat(8190)],
  ])('refuses: %s', (_, name, value) => expect(() => cmdSet(name, value)).toThrow(CannotCarry))
})

describe('cmdText, cmdQuoted, cmdCall', () => {
  it('escape', () => {
    expect(cmdText('a & "b" (100%)')).toBe('a ^& ^"b^" ^(100%%^)')
    expect(cmdQuoted('C:\\a & b\\100%')).toBe('"C:\\a & b\\100%%"')
    expect(cmdCall('C:\\a b.cmd')).toBe('call "C:\\a b.cmd"')
  })
  it('refuse', () => {
    expect(() => cmdQuoted('a"b')).toThrow(CannotCarry)
    expect(() => cmdQuoted('a\nb')).toThrow(CannotCarry)
    expect(() => cmdCall('C:\\a%b.cmd')).toThrow(CannotCarry)
    expect(() => cmdCall('C:\\a.exe')).toThrow(CannotCarry)
  })
})
