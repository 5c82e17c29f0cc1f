// Durations, sizes, masks and addresses: what is read, and what is not guessed.
import { expect, test } from 'vitest'
import { parseAddress, parseDuration, parseSize, parseUmask } from '../../src/profile/units.ts'

test.each([
  ['500ms', 500],
  ['2s', 2000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['1m30s', 90_000],
  ['1m 30s', 90_000],
  ['1.5s', 1500],
  ['0s', 0],
])('duration %s', (text, ms) => expect(parseDuration(text)).toBe(ms))
test.each(['', '5', 's', '5 s', '-1s', '1.0005s', '5sec', '1w', '99999d', '5s\n'])('%j is no duration', (text) => expect(parseDuration(text)).toBeUndefined())

test.each([
  ['10MB', 10_000_000],
  ['1GiB', 2 ** 30],
  ['1.5KiB', 1536],
  ['7B', 7],
])('size %s', (text, bytes) => expect(parseSize(text)).toBe(bytes))
test.each(['10', '10M', '1.0000001KiB', '-1MB', '1e3MB'])('%j is no size', (text) => expect(parseSize(text)).toBeUndefined())

test.each([
  ['022', 0o22],
  ['0077', 0o77],
  ['0o27', 0o27],
])('mask %s', (text, mode) => expect(parseUmask(text)).toBe(mode))
test.each(['8', '1000', '22x', ''])('%j is no mask', (text) => expect(parseUmask(text)).toBeUndefined())

test.each([
  ['127.0.0.1:80', ['127.0.0.1', 80]],
  ['[::1]:8080', ['::1', 8080]],
  ['localhost:65535', ['localhost', 65_535]],
])('address %s', (text, address) => expect(parseAddress(text)).toEqual(address))
test.each(['localhost', ':80', 'h:0', 'h:65536', '::1:80', 'a b:80'])('%j is no address', (text) => expect(parseAddress(text)).toBeUndefined())
