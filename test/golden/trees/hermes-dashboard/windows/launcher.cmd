@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Prepares what a program needs, runs it, and tells the manager how it ended.
rem Written by hermes-install from a profile: change the profile, not this file.
rem This file is UTF-8, which cmd.exe reads line by line in the code page of its console.
"%SystemRoot%\System32\chcp.com" 65001 >NUL 2>&1
:program
call :prepare

"C:\Users\user\AppData\Local\hermes\hermes-agent\venv\Scripts\python.exe" -m hermes_cli.main dashboard --no-open --skip-build --host 127.0.0.1 --port 9119
:notStarted
set "hi_code=%ERRORLEVEL%"
:ended
rem The manager restarts after every code but 0: this is where the codes get that meaning.
if "%hi_code%"=="0" goto :stop
if "%hi_code%"=="78" goto :stop
goto :restart
:stop
exit 0
:restart
if "%hi_code%"=="0" exit 1
:on-failure
exit %hi_code%

rem The launcher's own failure: not through the code lists, which say what the program means by its codes, and it never ran.
:fail
if "restart"=="stop" exit 0
exit 78

:prepare
set "hi_name="
set "hi_file="
set "hi_optional="
set "hi_line="
exit /b 0
