@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Starts, stops and queries the program for the user who calls this. Codes: 0 done or running, 1 failed, 2 usage, 3 stopped.
rem Written by hermes-install from a profile: change the profile, not this file.
if "%~1"=="--program" goto :once
if "%~1"=="--stop" goto :stopCommand
if "%~1"=="--postStart" goto :postStart
if "%~1"=="--preStop" goto :preStop
set "hi_verb="
if "%~1"=="" set "hi_verb=start"
for %%V in (start stop status install uninstall) do if /i "%~1"=="%%V" set "hi_verb=%%V"
if not defined hi_verb (
  >&2 echo usage: startup.cmd [start ^| stop ^| status ^| install ^| uninstall]
  exit /b 2
)
"%SystemRoot%\System32\cscript.exe" //Nologo //E:JScript "%~dp0startup.js" %hi_verb%
set "hi_code=%ERRORLEVEL%"
if not "%hi_code%"=="1" exit /b %hi_code%
rem The host itself ends with 1 where a policy forbids it (HKLM or HKCU, Software\Microsoft\Windows Script Host\Settings, Enabled).
"%SystemRoot%\System32\cscript.exe" //Nologo //E:JScript "%~dp0startup.js" probe >NUL 2>&1
if not "%ERRORLEVEL%"=="42" >&2 echo ExampleNodeServer: Windows Script Host does not run here, probably by a policy; the program cannot be started without a service.
exit /b 1

:once
call :environment
call :program >>"C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\logs\ExampleNodeServer.out.log" 2>>"C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\logs\ExampleNodeServer.err.log" <NUL
rem Only where a log file could not be opened.
exit -78078

:stopCommand
call :environment
call :prepare
exit

:postStart
rem Beside the program, which begins at this moment.
call :environment
call :prepare
exit

:preStop
call :environment
call :prepare
rem startup.js waits for this.
del /f /q "%~dp0run\hook"
exit

:environment
rem This file is UTF-8, which cmd.exe reads line by line in the code page of its console.
"%SystemRoot%\System32\chcp.com" 65001 >NUL 2>&1
set "NODE_ENV=production"
set "PORT=8080"
cd /d "C:\Users\user\apps\server"
if not "%ERRORLEVEL%"=="0" exit -78078
exit /b 0

:program
call :prepare

"C:\Program Files\nodejs\node.exe" --enable-source-maps C:\Users\user\apps\server\server.js
:notStarted
set "hi_code=%ERRORLEVEL%"
:ended
exit %hi_code%

rem The launcher's own failure: not through the code lists, which say what the program means by its codes, and it never ran.
:fail
exit -78078

:prepare
set "hi_name="
set "hi_file="
set "hi_optional="
set "hi_line="
exit /b 0
