@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Prepares what a program needs, runs it, and tells the manager how it ended.
rem Written by hermes-install from a profile: change the profile, not this file.
rem This file is UTF-8, which cmd.exe reads line by line in the code page of its console.
"%SystemRoot%\System32\chcp.com" 65001 >NUL 2>&1
:program
call :prepare

rem Before the start: if one of these fails, the program is not started and its code counts.
"C:\Program Files\Full\full.exe" check
if not "%ERRORLEVEL%"=="0" goto :notStarted
"C:\Program Files\Full\full.exe" migrate
if not "%ERRORLEVEL%"=="0" goto :notStarted

"C:\Program Files\Full\full.exe" --level info ^"two words^"
set "hi_code=%ERRORLEVEL%"
"C:\Program Files\Full\full.exe" clean
goto :ended
:notStarted
set "hi_code=%ERRORLEVEL%"
:ended
rem The manager restarts after every code but 0: this is where the codes get that meaning.
if "%hi_code%"=="3" goto :restart
if "%hi_code%"=="75" goto :restart
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
set "hi_name=TOKEN"
set "hi_file=C:\ProgramData\Full\token"
call :secret
rem Lines of `set`, readable for the account of the service only.
if not exist "C:\ProgramData\hermes-install\Full.Service\secrets.cmd" (
  >&2 echo Full.Service: the file with the secrets of the service is missing or unreadable: C:\ProgramData\hermes-install\Full.Service\secrets.cmd
  goto :fail
)
call "C:\ProgramData\hermes-install\Full.Service\secrets.cmd"
set "hi_file=C:\ProgramData\Full\full.env"
set "hi_optional=no"
call :environmentFile
set "hi_file=C:\ProgramData\Full\local.env"
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
  >&2 echo Full.Service: the secret file for %hi_name% is missing or unreadable: "%hi_file%"
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
  >&2 echo Full.Service: the secret file for %hi_name% has more than one line, which cmd.exe cannot carry: "%hi_file%"
  goto :fail
)
set "hi_first="
set "hi_second="
exit /b 0

:environmentFile
type "%hi_file%" >NUL 2>&1
if not "%ERRORLEVEL%"=="0" (
  if "%hi_optional%"=="yes" exit /b 0
  >&2 echo Full.Service: the environment file is missing or unreadable: "%hi_file%"
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
  >&2 echo Full.Service: a line that is not NAME=VALUE was skipped in "!hi_file!"
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
