// retarget.exe IN.dll OUT.dll: mcs compiles against mscorlib; .NET 7 has it as System.Private.CoreLib. Renames the reference.
using Mono.Cecil;
class Retarget {
  static void Main(string[] args) {
    var module = ModuleDefinition.ReadModule(args[0]);
    foreach (var reference in module.AssemblyReferences) {
      reference.Name = "System.Private.CoreLib";
      reference.Version = new System.Version(7, 0, 0, 0);
      reference.PublicKeyToken = new byte[] { 0x7c, 0xec, 0x85, 0xd7, 0xbe, 0xa7, 0x79, 0x8e };
    }
    module.Write(args[1]);
  }
}
