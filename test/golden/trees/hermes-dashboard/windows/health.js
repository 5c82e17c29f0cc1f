// Looks once whether a program is healthy. Written by hermes-install from a profile: change the profile, not this file.
var tcp = { "host": "127.0.0.1", "port": 9119 };
var http = null;
var file = null;

// 200 to 399. WinHttp follows redirects by itself, but never from https to http.
function get(url, receiveMs) {
  var request = new ActiveXObject("WinHttp.WinHttpRequest.5.1");
  request.SetTimeouts(2000, 2000, 2000, receiveMs);
  request.Open("GET", url, false);
  request.Send();
  return request.Status;
}

// There are no sockets here: an HTTP request to the port fails in another way when nothing listens than when something else than HTTP does.
// 12007 no such name, 12029 cannot connect, 12002 a timeout: of the connection, if it came before the 4 s for the answer were over.
function listens(host, port) {
  var began = new Date().getTime();
  try { get("http://" + (host.indexOf(":") >= 0 ? "[" + host + "]" : host) + ":" + port + "/", 4000); return true; } catch (e) {
    var code = e.number & 0xffff;
    return code !== 12007 && code !== 12029 && !(code === 12002 && new Date().getTime() - began < 3500);
  }
}

// JSON by hand: this host has no parser, and `eval` would run whatever the program writes.
function parse(text) {
  var at = 0, token = /[\s]*(?:([\[\]{},:])|"((?:[^"\\]|\\[\s\S])*)"|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/g;
  function next() {
    token.lastIndex = at;
    var m = token.exec(text);
    if (m === null || m.index !== at) throw new Error("no JSON");
    at = m.index + m[0].length;
    // An unmatched group is "" in JScript.
    if (m[1]) return { mark: m[1] };
    if (m[4]) return { value: m[4] === "null" ? null : m[4] === "true" };
    if (m[3]) return { value: Number(m[3]) };
    return { value: m[2].replace(/\\(u([0-9a-fA-F]{4})|[\s\S])/g, function (all, c, hex) {
      if (hex) return String.fromCharCode(parseInt(hex, 16));
      return c === "n" ? "\n" : c === "t" ? "\t" : c === "r" ? "\r" : c === "b" ? "\b" : c === "f" ? "\f" : c;
    }) };
  }
  function value(t) {
    var result, key;
    if (t.mark === "[") {
      result = [];
      t = next();
      while (t.mark !== "]") { if (t.mark === ",") t = next(); result.push(value(t)); t = next(); }
      return result;
    }
    if (t.mark === "{") {
      result = {};
      t = next();
      while (t.mark !== "}") { if (t.mark === ",") t = next(); key = t.value; next(); result["/" + key] = value(next()); t = next(); }
      return result;
    }
    if (t.mark) throw new Error("no JSON");
    return t.value;
  }
  return value(next());
}

// UTF-8; where the component for that is missing, in the ANSI code page, which ASCII survives.
function text(path) {
  var stream, result;
  try {
    stream = new ActiveXObject("ADODB.Stream");
    stream.Type = 2;
    stream.Charset = "utf-8";
    stream.Open();
    stream.LoadFromFile(path);
    result = stream.ReadText();
    stream.Close();
  } catch (e) {
    stream = new ActiveXObject("Scripting.FileSystemObject").OpenTextFile(path, 1);
    result = stream.ReadAll();
    stream.Close();
  }
  return result.replace(/^[^\[{"\w-]+/, "");
}

// RFC 6901: "/a/b", with ~1 for a slash and ~0 for a tilde. Keys are kept behind a slash, so that no key is one of JScript's own.
function says(path, pointer, equals) {
  var content = text(path), i;
  if (pointer === null) return true;
  var value = parse(content), parts = pointer.split("/");
  for (i = 1; i < parts.length; i++) {
    var key = parts[i].replace(/~1/g, "/").replace(/~0/g, "~");
    if (value === null || typeof value !== "object") return false;
    value = value instanceof Array ? value[Number(key)] : value["/" + key];
    if (value === undefined) return false;
  }
  if (equals === null) return true;
  for (i = 0; i < equals.length; i++) if (String(value) === String(equals[i])) return true;
  return false;
}

var healthy = false;
try {
  healthy = (tcp === null || listens(tcp.host, tcp.port)) && (file === null || says(file.path, file.pointer, file.equals));
  if (healthy && http !== null) { var answer = get(http, Math.min(10000, 60 * 1000)); healthy = answer >= 200 && answer < 400; }
} catch (e) { healthy = false; }
WScript.Quit(healthy ? 0 : 1);
