# A stand-in for Hermes' gateway: what it does as a process (exit codes, files, signals), as facts about hermes_cli/gateway.py, gateway/status.py and
# gateway/restart.py of NousResearch/hermes-agent have it. `-m hermes_cli.main ... gateway run` runs it; `-c` asks for a planned stop.
import json, os, signal, sys, time

home = os.environ['HERMES_HOME']
files = {name: os.path.join(home, name) for name in ('gateway.pid', 'gateway_state.json', '.gateway-planned-stop.json', 'gateway.log')}


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except OSError:
        return False


def running_pid():
    try:
        pid = json.load(open(files['gateway.pid']))['pid']
        return pid if alive(pid) else None
    except (OSError, ValueError):
        return None


def say(text):
    with open(files['gateway.log'], 'a') as log:
        log.write(text + '\n')
    print(text, flush=True)


def state(word):
    with open(files['gateway_state.json'], 'w') as out:
        json.dump({'gateway_state': word}, out)


def planned():
    try:
        return json.load(open(files['.gateway-planned-stop.json']))['target_pid'] == os.getpid()
    except (OSError, ValueError):
        return False


def main():
    if sys.argv[1] == '-c':
        pid = running_pid()
        if pid:
            json.dump({'target_pid': pid}, open(files['.gateway-planned-stop.json'], 'w'))
        return 0
    if running_pid():
        say('another gateway runs')
        return 1
    # It writes its own unit anew at each start, whatever somebody made of it.
    own = os.path.expanduser('~/.config/systemd/user/hermes-gateway.service')
    if os.path.exists(own):
        text = open(own).read()
        open(own, 'w').write(text.split('# refreshed')[0] + '# refreshed\n')
    json.dump({'pid': os.getpid(), 'kind': 'hermes-gateway'}, open(files['gateway.pid'], 'w'))
    wanted = {}
    # With the marker a SIGTERM is a planned stop, without it an unexpected one.
    signal.signal(signal.SIGTERM, lambda *_: wanted.setdefault('code', 0 if planned() else 1))
    signal.signal(signal.SIGUSR1, lambda *_: wanted.setdefault('code', 75))
    state('starting')
    say('started ' + ' '.join(sys.argv[1:]))
    time.sleep(0.5)
    if os.path.exists(os.path.join(home, 'no-config')):
        say('no usable config')
        return 78
    state('running')
    while 'code' not in wanted:
        if planned():
            wanted['code'] = 0
        time.sleep(0.1)
    if os.path.exists(files['.gateway-planned-stop.json']):
        os.remove(files['.gateway-planned-stop.json'])
    state('stopped')
    say('ended %d' % wanted['code'])
    return wanted['code']


sys.exit(main())
