// node repack.mjs IN.exe NEW.dll OUT.exe: points a .NET single-file bundle's WinSW.dll entry at an appended assembly.
// Layout: dotnet/runtime src/installer/managed/Microsoft.NET.HostModel/Bundle/Manifest.cs, bundle version 6.
import { readFileSync, writeFileSync } from 'node:fs'

const [input = '', assembly = '', output = ''] = process.argv.slice(2)
const bundle = readFileSync(input)
const replacement = readFileSync(assembly)

// The apphost's marker: eight bytes before it stands the offset of the bundle header.
const marker = Buffer.from('8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae', 'hex')
let at = Number(bundle.readBigInt64LE(bundle.indexOf(marker) - 8)) + 8 // past the major and minor version
const files = bundle.readInt32LE(at)
at += 4
const readString = () => {
  const length = bundle.readUInt8(at) // a 7-bit varint: every name here is shorter than 128 bytes
  at += 1 + length
  return bundle.toString('utf8', at - length, at)
}
readString() // bundle id
at += 4 * 8 + 8 // offset and size of deps.json and runtimeconfig.json, flags

let found = false
const start = Math.ceil(bundle.length / 4096) * 4096 // the host maps the file: keep the assembly aligned
for (let i = 0; i < files; i += 1) {
  const entry = at
  at += 8 + 8 + 8 + 1 // offset, size, compressed size, type
  if (readString() !== 'WinSW.dll') continue
  bundle.writeBigInt64LE(BigInt(start), entry)
  bundle.writeBigInt64LE(BigInt(replacement.length), entry + 8)
  bundle.writeBigInt64LE(0n, entry + 16) // stored, not compressed
  found = true
}
if (!found) throw new Error(`${input} holds no WinSW.dll`)
writeFileSync(output, Buffer.concat([bundle, Buffer.alloc(start - bundle.length), replacement]))
