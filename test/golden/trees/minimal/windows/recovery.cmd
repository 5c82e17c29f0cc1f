@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem What the Service Control Manager does when minimal fails. Needs admin rights. Safe to run again.
rem Written by hermes-install from a profile: change the profile, not this file.
rem the delays before each restart, and the time after which they start again
"%SystemRoot%\System32\sc.exe" failure minimal reset= 60 actions= restart/5000
if not "%ERRORLEVEL%"=="0" exit /b %ERRORLEVEL%
rem a failure that the service reports counts like a crash
"%SystemRoot%\System32\sc.exe" failureflag minimal 1
if not "%ERRORLEVEL%"=="0" exit /b %ERRORLEVEL%
exit /b 0
