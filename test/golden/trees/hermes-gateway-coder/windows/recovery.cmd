@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem What the Service Control Manager does when HermesGateway-coder fails. Needs admin rights. Safe to run again.
rem Written by hermes-install from a profile: change the profile, not this file.
rem the delays before each restart, and the time after which they start again
"%SystemRoot%\System32\sc.exe" failure HermesGateway-coder reset= 60 actions= restart/1000/restart/2000/restart/4000/restart/9000/restart/16000/restart/25000/restart/36000/restart/49000/restart/64000
if not "%ERRORLEVEL%"=="0" exit /b %ERRORLEVEL%
rem a failure that the service reports counts like a crash
"%SystemRoot%\System32\sc.exe" failureflag HermesGateway-coder 1
if not "%ERRORLEVEL%"=="0" exit /b %ERRORLEVEL%
exit /b 0
