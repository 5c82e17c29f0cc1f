// Runs a program for one user, hidden, and starts it again as the profile says.
// Written by hermes-install from a profile: change the profile, not this file.
// usage: cscript.exe //Nologo //E:JScript startup.js install | uninstall | start | stop | status   (startup.cmd does this)
// Windows Script Host is used for what cmd.exe cannot do: start a process without a window, and sleep without a console.
var label = "hostile";
var startupFolder = "C:\\Users\\user\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup";
var logs = { "stdout": "C:\\Users\\user\\AppData\\Local\\hermes-install\\hostile\\logs\\hostile.out.log", "stderr": "C:\\Users\\user\\AppData\\Local\\hermes-install\\hostile\\logs\\hostile.err.log", "joined": false, "rotateBytes": 10485760, "keep": 8 };
var restart = { "policy": "on-failure", "delaysMs": [5000], "resetAfterMs": 60000, "limit": null, "restartExitCodes": [], "stopExitCodes": [] };
var stopCommand = false;
var stopTimeoutMs = 15000;
var preStop = false;
var autostart = true;
var priority = null;
var stableForMs = 2000;
// What startup.cmd ends with when it could not even try to start the program. No list of exit codes is about that.
var notTried = -78078;

var shell = new ActiveXObject("WScript.Shell");
var files = new ActiveXObject("Scripting.FileSystemObject");
var script = WScript.ScriptFullName;
var verb = WScript.Arguments.length === 1 ? WScript.Arguments.Item(0) : "";
var folder = files.GetParentFolderName(script);
var system32 = files.GetSpecialFolder(1).Path;
var state = folder + "\\run";
var lockFile = state + "\\lock", stopFlag = state + "\\stop", idFile = state + "\\id", sinceFile = state + "\\since", hookFlag = state + "\\hook", journal = state + "\\supervisor.log";
var shortcut = startupFolder + "\\" + label + ".lnk";
// The program of the service of the same name: once that is there, this one is one too many.
var serviceKey = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\" + label + "\\ImagePath", serviceProgram = "C:\\ProgramData\\hermes-install\\hostile\\hostile.exe";
var runKey = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run";

function now() { return new Date().getTime(); }
function say(text) { WScript.Echo(label + ": " + text); }

function makeFolder(path) {
  if (path === "" || files.FolderExists(path)) return;
  makeFolder(files.GetParentFolderName(path));
  files.CreateFolder(path);
}

function remove(path) { try { if (files.FileExists(path)) files.DeleteFile(path, true); return true; } catch (e) { return false; } }
function write(path, text) { var f = files.OpenTextFile(path, 2, true); f.Write(text); f.Close(); }
function read(path) { try { var f = files.OpenTextFile(path, 1), text = f.AtEndOfStream ? "" : f.ReadAll(); f.Close(); return text; } catch (e) { return ""; } }

// What the supervisor did and when; small, one old copy is kept.
function note(text) {
  try {
    if (files.FileExists(journal) && files.GetFile(journal).Size > 200000) { remove(journal + ".1"); files.MoveFile(journal, journal + ".1"); }
    var f = files.OpenTextFile(journal, 8, true);
    f.WriteLine(new Date() + " " + text);
    f.Close();
  } catch (e) {}
}

// The supervisor holds this file open for writing as long as it lives, and nobody else can open it then: a lock that no crash leaves behind.
function hold() { try { return files.OpenTextFile(lockFile, 8, true); } catch (e) { return null; } }
// Others may be looking at the same moment, so one failure to open it says nothing.
function holdSoon() { for (var i = 0, lock; i < 8; i++) { lock = hold(); if (lock !== null) return lock; WScript.Sleep(50); } return null; }
function running() {
  if (!files.FileExists(lockFile)) return false;
  var free = holdSoon();
  if (free === null) return true;
  free.Close();
  return false;
}

function own(host, verb) { return '"' + system32 + "\\" + host + '" //B //Nologo //E:JScript "' + script + '" ' + verb; }
function batch(verb) { return '"' + system32 + '\\cmd.exe" /d /c ""' + folder + "\\startup.cmd\" " + verb + '"'; }

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

// A program keeps its log file open, so a file is put aside only between two runs.
function rotate(path) {
  if (path === null) return;
  makeFolder(files.GetParentFolderName(path));
  if (logs.rotateBytes === null || !files.FileExists(path) || files.GetFile(path).Size < logs.rotateBytes) return;
  try {
    remove(path + "." + logs.keep);
    for (var i = logs.keep - 1; i >= 1; i--) if (files.FileExists(path + "." + i)) files.MoveFile(path + "." + i, path + "." + (i + 1));
    if (logs.keep > 0) files.MoveFile(path, path + ".1"); else remove(path);
  } catch (e) { note("could not rotate " + path + ": " + e.message); }
}

function among(code, list) {
  for (var i = 0; i < list.length; i++) if (list[i] === code) return true;
  return false;
}

function wanted(code) {
  if (code === notTried) return restart.policy !== "never";
  if (among(code, restart.restartExitCodes)) return true;
  if (among(code, restart.stopExitCodes)) return false;
  return restart.policy === "always" || (restart.policy === "on-failure" && code !== 0);
}

// False when a stop was asked for meanwhile.
function pause(ms) {
  for (var until = now() + ms; now() < until; WScript.Sleep(Math.max(1, Math.min(200, until - now())))) if (files.FileExists(stopFlag)) return false;
  return !files.FileExists(stopFlag);
}

// A program that this one starts has the same class if it is below normal; higher ones Windows does not hand down.
function lower(id) {
  if (priority === null) return;
  try {
    var code = new ActiveXObject("WbemScripting.SWbemLocator").ConnectServer(".", "root\\cimv2").Get('Win32_Process.Handle="' + id + '"').SetPriority(priority);
    if (code !== 0) throw new Error("code " + code);
  } catch (e) { note("could not set the priority: " + e.message); }
}

function supervise() {
  if (isService()) return 0;
  makeFolder(state);
  var lock = holdSoon();
  if (lock === null) return 0;
  var result = 0;
  try {
    remove(stopFlag);
    var me = self(processes(), verb);
    write(idFile, me === null ? "" : me.id + " " + me.created);
    if (me !== null) lower(me.id);
    var starts = [], tries = 0;
    while (!files.FileExists(stopFlag)) {
      rotate(logs.stdout);
      if (logs.stderr !== logs.stdout) rotate(logs.stderr);
      var began = now();
      starts.push(began);
      write(sinceFile, String(began));
      var code = shell.Run(batch("--program"), 0, true);
      remove(sinceFile);
      note("ended with " + code + " after " + (now() - began) + " ms");
      if (files.FileExists(stopFlag) || !wanted(code)) break;
      if (now() - began >= restart.resetAfterMs) tries = 0;
      if (restart.limit !== null) {
        while (starts.length && starts[0] <= now() - restart.limit.withinMs) starts.shift();
        if (starts.length >= restart.limit.attempts) { note("gave up"); result = 1; break; }
      }
      if (!pause(restart.delaysMs[Math.min(tries, restart.delaysMs.length - 1)])) break;
      tries++;
    }
  } catch (e) {
    note("failed: " + e.message);
    result = 1;
  }
  remove(idFile);
  remove(sinceFile);
  remove(stopFlag);
  lock.Close();
  remove(lockFile);
  return result;
}

function isService() {
  try { return shell.RegRead(serviceKey).toLowerCase().indexOf(serviceProgram.toLowerCase()) >= 0; } catch (e) { return false; }
}

function start() {
  if (isService()) { say("is a service, which runs it"); return 0; }
  if (running()) { say("is running already"); return 0; }
  makeFolder(state);
  shell.Run(own("wscript.exe", "run"), 0, false);
  for (var until = now() + 15000; now() < until; WScript.Sleep(100)) if (running()) { say("started"); return 0; }
  say("did not start; see " + journal);
  return 1;
}

// What the hooks before a stop do, as long as a stop may take; startup.cmd takes the flag away after them.
function beforeStop() {
  write(hookFlag, "");
  shell.Run(batch("--preStop"), 0, false);
  for (var until = now() + stopTimeoutMs; now() < until && files.FileExists(hookFlag); WScript.Sleep(200)) {}
  remove(hookFlag);
}

// Windows Script Host cannot send Ctrl+C. PowerShell can, as WinSW does: from within the hidden console that the program shares with its cmd.exe.
function ctrlC(id) {
  var imports = "", names = ["FreeConsole()", "AttachConsole(uint id)", "SetConsoleCtrlHandler(IntPtr handler, bool ignore)", "GenerateConsoleCtrlEvent(uint kind, uint group)"];
  for (var i = 0; i < names.length; i++) imports += '[DllImport(\\"kernel32.dll\\")] public static extern bool ' + names[i] + "; ";
  return '"' + system32 + '\\WindowsPowerShell\\v1.0\\powershell.exe" -NoLogo -NoProfile -NonInteractive -Command "' +
    "$ErrorActionPreference = 'Stop'; $c = Add-Type -PassThru -Namespace HermesInstall -Name Console -MemberDefinition '" + imports + "'; " +
    "[void]$c::FreeConsole(); if (-not $c::AttachConsole(" + id + ")) { exit 1 }; [void]$c::SetConsoleCtrlHandler([IntPtr]::Zero, $true); " +
    'if (-not $c::GenerateConsoleCtrlEvent(0, 0)) { exit 1 }; exit 0"';
}

// False where nobody could be asked: then there is nothing to wait for.
function ask(supervisor) {
  if (stopCommand) { shell.Run(batch("--stop"), 0, false); return true; }
  for (var tree = descendants(processes(), supervisor), i = 0; i < tree.length; i++) {
    // 1 is what it ends with when it could not; any other code may be PowerShell's, which has lost its console by then.
    if (tree[i].name === "cmd.exe") try { return shell.Run(ctrlC(tree[i].id), 0, true) !== 1; } catch (e) { return false; }
  }
  return false;
}

// The hooks, the stop command or else Ctrl+C, and then the end of everything that is left.
function stop() {
  if (!running()) { say("is not running"); return 0; }
  var list = processes(), id = read(idFile).split(" "), supervisor = find(list, Number(id[0])), known = [], left;
  if (supervisor === null) { say("is running, but not where " + idFile + " says"); return 1; }
  known = descendants(list, supervisor);
  write(stopFlag, "");
  if (preStop) beforeStop();
  var asked = ask(supervisor), patience = now() + (asked ? stopTimeoutMs : 0), despair = patience + 15000;
  for (;;) {
    list = processes();
    if (contains(list, supervisor)) add(known, descendants(list, supervisor));
    left = alive(list, known);
    if (!left.length && !running()) break;
    if (now() >= despair) { kill([supervisor]); remove(lockFile); if (!left.length) break; }
    if (now() >= despair + 15000) { say("could not be stopped"); return 1; }
    if (now() >= patience) kill(left);
    WScript.Sleep(200);
  }
  // A stop command that hangs is not left behind either.
  var me = self(list, verb);
  if (me !== null) kill(alive(list, descendants(list, me)));
  remove(stopFlag);
  say("stopped");
  return 0;
}

function run(line) { return shell.Run(line, 0, true); }

// Neither a shortcut nor an entry of the Run key.
function forget() {
  if (!remove(shortcut)) { say("cannot remove " + shortcut); return 1; }
  run('"' + system32 + '\\reg.exe" delete "' + runKey + '" /v "' + label + '" /f');
  say("does not start at login");
  return 0;
}

// A shortcut in the Startup folder. Where its file name has letters outside of the ANSI code page, Windows Script Host cannot save one: then the Run key.
function install() {
  makeFolder(state);
  if (!autostart) return forget();
  makeFolder(startupFolder);
  var target = system32 + "\\wscript.exe", rest = own("", "run").replace(/^"[^"]*" /, "");
  var link = shell.CreateShortcut(shortcut);
  try { if (link.TargetPath.toLowerCase() === target.toLowerCase() && link.Arguments === rest) { say("starts at login already"); return 0; } } catch (e) {}
  try {
    link.TargetPath = target;
    link.Arguments = rest;
    link.WorkingDirectory = folder;
    link.Description = label;
    link.WindowStyle = 7;
    link.Save();
    if (!files.FileExists(shortcut)) throw new Error(shortcut + " was not written");
  } catch (e) {
    if (run('"' + system32 + '\\reg.exe" add "' + runKey + '" /v "' + label + '" /t REG_SZ /d "' + own("wscript.exe", "run").replace(/"/g, '\\"') + '" /f') !== 0) { say("cannot start at login: " + e.message); return 1; }
  }
  say("starts at login");
  return 0;
}

function uninstall() {
  var code = stop();
  if (code === 0) code = forget();
  if (code !== 0) return code;
  try { if (files.FolderExists(state)) files.DeleteFolder(state, true); } catch (e) {}
  return 0;
}

function status() {
  var up = running();
  say(up ? "is running" : "is stopped");
  return up ? 0 : 3;
}

// For install.cmd: whether this run of the program has lasted as long as a healthy one must.
function steady() {
  var since = Number(read(sinceFile));
  return since > 0 && now() - since >= stableForMs && running() ? 0 : 1;
}

switch (verb) {
  case "run": WScript.Quit(supervise()); break;
  case "install": WScript.Quit(install()); break;
  case "uninstall": WScript.Quit(uninstall()); break;
  case "start": WScript.Quit(start()); break;
  case "stop": WScript.Quit(stop()); break;
  case "status": WScript.Quit(status()); break;
  case "steady": WScript.Quit(steady()); break;
  case "probe": WScript.Quit(42); break;
  default: say("install | uninstall | start | stop | status"); WScript.Quit(2);
}
