// Stops the program of a service: the profile's stop command, its patience, then the end of everything that is left.
// Written by hermes-install from a profile: change the profile, not this file.
var commandLine = "C:\\Users\\user\\AppData\\Local\\hermes\\hermes-agent\\venv\\Scripts\\python.exe -c \"from gateway.status import get_running_pid as g, write_planned_stop_marker as w; p = g(); p and w(p)\"";
var timeoutMs = 25000;

var shell = new ActiveXObject("WScript.Shell");
var script = WScript.ScriptFullName;
var system32 = new ActiveXObject("Scripting.FileSystemObject").GetSpecialFolder(1).Path;

// Every process that may be seen: {id, parent, created, name, line, path}; `created` tells two processes with the same id apart.
function processes() {
  var wmi = new ActiveXObject("WbemScripting.SWbemLocator").ConnectServer(".", "root\\cimv2");
  var list = [], p;
  for (var e = new Enumerator(wmi.ExecQuery("SELECT * FROM Win32_Process")); !e.atEnd(); e.moveNext()) {
    p = e.item();
    list.push({ id: p.ProcessId, parent: p.ParentProcessId, created: String(p.CreationDate), name: String(p.Name).toLowerCase(), line: String(p.CommandLine).toLowerCase() });
  }
  return list;
}

function find(list, id) {
  for (var i = 0; i < list.length; i++) if (list[i].id === id) return list[i];
  return null;
}

// The process that runs this script: the one whose command line names it and ends in `verb`.
function self(list, verb) {
  var name = script.toLowerCase(), tail = verb.toLowerCase();
  for (var i = 0; i < list.length; i++) {
    var line = list[i].line.replace(/[\s"]+$/, "");
    if (line.indexOf(name) >= 0 && line.slice(-tail.length) === tail) return list[i];
  }
  return null;
}

// What `root` started, and what that started. A child is never older than its parent: a process id may have been used before.
function descendants(list, root) {
  var found = [], open = [root], parent, i;
  while (open.length) {
    parent = open.shift();
    for (i = 0; i < list.length; i++) {
      if (list[i].parent !== parent.id || list[i].id === parent.id || list[i].created < parent.created) continue;
      if (contains(found, list[i])) continue;
      found.push(list[i]);
      open.push(list[i]);
    }
  }
  return found;
}

function contains(list, process) {
  for (var i = 0; i < list.length; i++) if (list[i].id === process.id && list[i].created === process.created) return true;
  return false;
}

function add(list, more) {
  for (var i = 0; i < more.length; i++) if (!contains(list, more[i])) list.push(more[i]);
}

// conhost.exe is the console itself: it goes with its last program, and would take innocent ones with it.
function alive(list, known) {
  var rest = [];
  for (var i = 0; i < known.length; i++) if (known[i].name !== "conhost.exe" && contains(list, known[i])) rest.push(known[i]);
  return rest;
}

function kill(list) {
  for (var i = 0; i < list.length; i++) shell.Run('"' + system32 + '\\taskkill.exe" /F /PID ' + list[i].id, 0, true);
}

// The service is the first ancestor that is no script host or shell.
function service(list, me) {
  var p = me;
  while (p !== null && (p.name === "cscript.exe" || p.name === "cmd.exe")) p = find(list, p.parent);
  return p;
}

// All that the service started but the branch this script is on.
function others(list, root, me) {
  var mine = descendants(list, me), rest = [], all = descendants(list, root), i;
  for (var p = me; p !== null && p.id !== root.id; p = find(list, p.parent)) mine.push(p);
  for (i = 0; i < all.length; i++) if (!contains(mine, all[i])) rest.push(all[i]);
  return rest;
}

var list = processes(), me = self(list, "stop.js"), root = service(list, me), known = [], left;
if (root === null) WScript.Quit(1);
add(known, others(list, root, me));
try { if (commandLine !== null) shell.Run(commandLine, 0, false); } catch (e) { timeoutMs = 0; }
for (var patience = new Date().getTime() + timeoutMs, tries = 0; ; WScript.Sleep(200)) {
  list = processes();
  add(known, others(list, root, me));
  left = alive(list, known);
  if (!left.length) break;
  if (new Date().getTime() < patience) continue;
  if (++tries > 50) break;
  kill(left);
}
kill(alive(list, descendants(list, me)));
WScript.Quit(left.length ? 1 : 0);
