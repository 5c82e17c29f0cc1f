' Hermes Agent Gateway - Messaging Platform Integration
Option Explicit
Dim sh, env, existing_pp
Set sh = CreateObject("WScript.Shell")
Set env = sh.Environment("PROCESS")
env.Item("HERMES_HOME") = "D:\My Hermes\profiles\work"
env.Item("PYTHONIOENCODING") = "utf-8"
env.Item("HERMES_GATEWAY_DETACHED") = "1"
env.Item("VIRTUAL_ENV") = "D:\My Hermes\hermes-agent\venv"
existing_pp = env.Item("PYTHONPATH")
If Len(existing_pp) > 0 Then
  env.Item("PYTHONPATH") = "D:\My Hermes\hermes-agent;" & existing_pp
Else
  env.Item("PYTHONPATH") = "D:\My Hermes\hermes-agent"
End If
sh.CurrentDirectory = "D:\My Hermes\profiles\work"
sh.Run """D:\My Hermes\hermes-agent\venv\Scripts\pythonw.exe"" -m hermes_cli.main --profile work gateway run", 0, False
