@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Starts, stops and queries the program for the user who calls this. Codes: 0 done or running, 1 failed, 2 usage, 3 stopped.
rem Written by hermes-install from a profile: change the profile, not this file.
if "%~1"=="--program" goto :once
if "%~1"=="--stop" goto :stopCommand
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
if not "%ERRORLEVEL%"=="42" >&2 echo ExamplePythonWorker: Windows Script Host does not run here, probably by a policy; the program cannot be started without a service.
exit /b 1

:once
call :environment
call :program >>"C:\Users\user\AppData\Local\hermes-install\ExamplePythonWorker\logs\ExamplePythonWorker.out.log" 2>>"C:\Users\user\AppData\Local\hermes-install\ExamplePythonWorker\logs\ExamplePythonWorker.err.log" <NUL
rem Only where a log file could not be opened.
exit -78078

:stopCommand
call :environment
call :prepare
exit

:environment
rem This file is UTF-8, which cmd.exe reads line by line in the code page of its console.
"%SystemRoot%\System32\chcp.com" 65001 >NUL 2>&1
set "PYTHONUNBUFFERED=1"
cd /d "C:\worker"
if not "%ERRORLEVEL%"=="0" exit -78078
exit /b 0

:program
call :prepare

"C:\worker\venv\Scripts\python.exe" -u C:\worker\worker.py
:notStarted
set "hi_code=%ERRORLEVEL%"
:ended
exit %hi_code%

rem The launcher's own failure: not through the code lists, which say what the program means by its codes, and it never ran.
:fail
exit -78078

:prepare
set "hi_name=QUEUE_TOKEN"
set "hi_file=C:\ProgramData\worker\queue-token"
call :secret
set "hi_file=C:\ProgramData\worker\worker.env"
set "hi_optional=yes"
call :environmentFile
set "hi_name="
set "hi_file="
set "hi_optional="
set "hi_line="
exit /b 0

rem The one line of a file, exact. `for /f` skips lines that begin with its eol character: two passes with two such characters see every line.
:secret
set "%hi_name%="
set /a hi_first=0, hi_second=0
type "%hi_file%" >NUL 2>&1
if not "%ERRORLEVEL%"=="0" (
  >&2 echo ExamplePythonWorker: the secret file for %hi_name% is missing or unreadable: "%hi_file%"
  goto :fail
)
for /f "usebackq delims=" %%A in ("%hi_file%") do (
  set "%hi_name%=%%A"
  set /a hi_first+=1
)
for /f "usebackq eol== delims=" %%A in ("%hi_file%") do (
  set "%hi_name%=%%A"
  set /a hi_second+=1
)
if %hi_first% GTR 1 set "hi_second=2"
if %hi_second% GTR 1 (
  set "%hi_name%="
  >&2 echo ExamplePythonWorker: the secret file for %hi_name% has more than one line, which cmd.exe cannot carry: "%hi_file%"
  goto :fail
)
set "hi_first="
set "hi_second="
exit /b 0

:environmentFile
type "%hi_file%" >NUL 2>&1
if not "%ERRORLEVEL%"=="0" (
  if "%hi_optional%"=="yes" exit /b 0
  >&2 echo ExamplePythonWorker: the environment file is missing or unreadable: "%hi_file%"
  goto :fail
)
for /f "usebackq tokens=*" %%A in ("%hi_file%") do (
  set "hi_line=%%A"
  call :variable
)
exit /b 0

rem One line NAME=VALUE. Nothing in it is run or expanded: `!name!` comes after cmd has looked for operators and percent signs.
:variable
if not defined hi_line exit /b 0
setlocal EnableDelayedExpansion
if "!hi_line:~0,1!"=="#" exit /b 0
if "!hi_line:~0,1!"==";" exit /b 0
set "hi_name="
if not "!hi_line:~0,1!"=="=" for /f "delims== eol==" %%K in ("!hi_line!") do if not "!hi_line!"=="%%K" set "hi_name=%%K"
rem What is left of a name when every letter that names may have separates words.
if defined hi_name for /f "eol== delims=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_" %%B in ("!hi_name!") do if not "%%B"=="" set "hi_name="
if not defined hi_name (
  >&2 echo ExamplePythonWorker: a line that is not NAME=VALUE was skipped in "!hi_file!"
  exit /b 0
)
rem A name that passed is safe between percent signs.
set "hi_value=!hi_line:*%hi_name%=!"
if "!hi_value!"=="=" endlocal & set "%hi_name%=" & exit /b 0
set "hi_value=!hi_value:~1!"
rem One pair of quotes around the value is not part of it.
set "hi_ends=!hi_value:~0,1!!hi_value:~-1!"
if "!hi_ends!"=="!hi_value!" (
  if "!hi_ends!"=="""" endlocal & set "%hi_name%=" & exit /b 0
  if "!hi_ends!"=="''" endlocal & set "%hi_name%=" & exit /b 0
)
if not "!hi_value:~0,1!"=="!hi_value!" (
  if "!hi_ends!"=="""" set "hi_value=!hi_value:~1,-1!"
  if "!hi_ends!"=="''" set "hi_value=!hi_value:~1,-1!"
)
for /f "delims= eol==" %%V in ("%hi_name%=!hi_value!") do endlocal & set "%%V"
exit /b 0
