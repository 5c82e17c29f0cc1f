// winsw-oracle.exe FOLDER: parses every *.xml of FOLDER with WinSW 3's own XmlServiceConfig and writes every property as JSON to
// NAME.json beside it. It takes the place of the entry assembly WinSW.dll in the release's bundle; WinSW.Core.dll is untouched.
// A property that WinSW refuses is {"$error": "..."}; a file it refuses whole is {"$fatal": "..."}.
// Only mscorlib types may be used: retarget.cs maps that one reference to System.Private.CoreLib.
using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;

public static class Program {
  // static, not const: Cecil would have to resolve the enum to write a constant.
  static readonly BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

  static string Quote(string s) {
    var b = new StringBuilder("\"");
    foreach (char c in s) {
      if (c == '"' || c == '\\') b.Append('\\').Append(c);
      else if (c < 32 || c > 126) b.Append("\\u").Append(((int)c).ToString("x4"));
      else b.Append(c);
    }
    return b.Append('"').ToString();
  }

  static string Innermost(Exception e) {
    while (e.InnerException != null) e = e.InnerException;
    return Quote(e.GetType().Name + ": " + e.Message);
  }

  static string Json(object o, int depth) {
    if (o == null) return "null";
    if (o is string) return Quote((string)o);
    if (o is bool) return (bool)o ? "true" : "false";
    if (o is int || o is long) return o.ToString();
    if (o is TimeSpan) return Quote(((TimeSpan)o).TotalMilliseconds.ToString() + " ms");
    if (o.GetType().IsEnum || depth > 4) return Quote(o.ToString());
    var parts = new List<string>();
    var map = o as IDictionary;
    if (map != null) {
      foreach (var key in map.Keys) parts.Add(Quote(key.ToString()) + ":" + Json(map[key], depth + 1));
      return "{" + string.Join(",", parts.ToArray()) + "}";
    }
    var list = o as IEnumerable;
    if (list != null) {
      foreach (var item in list) parts.Add(Json(item, depth + 1));
      return "[" + string.Join(",", parts.ToArray()) + "]";
    }
    var space = o.GetType().Namespace;
    return space != null && space.StartsWith("WinSW") ? Describe(o, depth + 1) : Quote(o.ToString());
  }

  static string Describe(object o, int depth) {
    var parts = new List<string> { "\"$type\":" + Quote(o.GetType().Name) };
    var seen = new List<string> { "dom", "root", "configuration" }; // the XML document itself
    foreach (var field in o.GetType().GetFields(Members)) {
      if (field.Name.IndexOf("BackingField") >= 0 || seen.IndexOf(field.Name) >= 0) continue;
      seen.Add(field.Name);
      parts.Add(Quote(field.Name) + ":" + Json(field.GetValue(o), depth));
    }
    // Getters by name: the reflection of properties needs a type that retargeting does not find.
    foreach (var method in o.GetType().GetMethods(Members)) {
      if (!method.Name.StartsWith("get_") || method.GetParameters().Length != 0) continue;
      string name = method.Name.Substring(4), value;
      if (seen.IndexOf(name) >= 0) continue;
      seen.Add(name);
      try { value = Json(method.Invoke(o, null), depth); }
      catch (Exception e) { value = "{\"$error\":" + Innermost(e) + "}"; }
      parts.Add(Quote(name) + ":" + value);
    }
    return "{" + string.Join(",", parts.ToArray()) + "}";
  }

  static string Parse(Type config, string file) {
    try { return Describe(Activator.CreateInstance(config, new object[] { file }), 0); }
    catch (Exception e) { return "{\"$fatal\":" + Innermost(e) + "}"; }
  }

  public static int Main(string[] args) {
    var config = Assembly.Load("WinSW.Core").GetType("WinSW.XmlServiceConfig");
    var before = Environment.GetEnvironmentVariables();
    foreach (var file in Directory.GetFiles(args[0], "*.xml")) {
      File.WriteAllText(Path.ChangeExtension(file, ".json"), Parse(config, file));
      // XmlServiceConfig sets BASE, SERVICE_ID and every <env> in this very process, and %NAME% of the next file would see them.
      foreach (var name in new ArrayList(Environment.GetEnvironmentVariables().Keys))
        Environment.SetEnvironmentVariable((string)name, (string)before[name]);
    }
    return 0;
  }
}
