"""A headless Chromium, driven through chromedriver by plain HTTP (the W3C's WebDriver)."""
import base64
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

KEYS = {'Enter': '\ue007', 'Escape': '\ue00c', 'F3': '\ue033', 'Control': '\ue009'}


def available():
    return bool(shutil.which('chromedriver') and (shutil.which('chromium') or shutil.which('google-chrome')))


class Browser:
    def __init__(self, width=1280, height=800, scheme=None):
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        self.session = None
        self.shape = (width, height, scheme)
        self.direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            self._begin()
        except Exception:
            self.close()
            raise

    def _begin(self):
        port = None
        for line in self.driver.stdout:
            found = re.search(r'successfully on port (\d+)', line)
            if found:
                port = found.group(1)
                break
        self.base = 'http://127.0.0.1:%s' % port
        arguments = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars']
        options = {'args': arguments, 'binary': shutil.which('chromium') or shutil.which('google-chrome')}
        answer = self._call('POST', '/session', {'capabilities': {'alwaysMatch': {
            'browserName': 'chrome', 'goog:chromeOptions': options,
            'goog:loggingPrefs': {'browser': 'ALL'}}}})
        self.session = '/session/' + answer['sessionId']

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {'Content-Type': 'application/json'},
                                         method=method)
        try:
            with self.direct.open(request, timeout=60) as reply:
                return json.load(reply)['value']
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)['value']['message']) from None

    def open(self, path):
        width, height, scheme = self.shape
        self._call('POST', self.session + '/url', {'url': 'file://' + path})
        self._call('POST', self.session + '/goog/cdp/execute', {
            'cmd': 'Emulation.setDeviceMetricsOverride',
            'params': {'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': False}})
        if scheme:
            self._call('POST', self.session + '/goog/cdp/execute', {
                'cmd': 'Emulation.setEmulatedMedia',
                'params': {'features': [{'name': 'prefers-color-scheme', 'value': scheme}]}})

    def run(self, script, *arguments):
        return self._call('POST', self.session + '/execute/sync', {'script': script, 'args': list(arguments)})

    def keys(self, *names):
        """Presses them in turn; 'Control+f' holds the first."""
        actions = []
        for name in names:
            parts = name.split('+') if len(name) > 1 and name not in KEYS else [name]
            codes = [KEYS.get(part, part) for part in parts]
            actions += [{'type': 'keyDown', 'value': code} for code in codes]
            actions += [{'type': 'keyUp', 'value': code} for code in reversed(codes)]
        self._call('POST', self.session + '/actions',
                   {'actions': [{'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def type(self, text):
        self.keys(*text)

    def mouse(self, *steps):
        """Steps: ('move', x, y), 'down', 'up'."""
        actions = []
        for step in steps:
            if step == 'down':
                actions.append({'type': 'pointerDown', 'button': 0})
            elif step == 'up':
                actions.append({'type': 'pointerUp', 'button': 0})
            else:
                actions.append({'type': 'pointerMove', 'duration': 0, 'x': int(step[1]), 'y': int(step[2])})
        self._call('POST', self.session + '/actions', {'actions': [
            {'type': 'pointer', 'id': 'mouse', 'parameters': {'pointerType': 'mouse'}, 'actions': actions}]})

    def click(self, x, y):
        self.mouse(('move', x, y), 'down', 'up')

    def picture(self, path):
        with open(path, 'wb') as file:
            file.write(base64.b64decode(self._call('GET', self.session + '/screenshot')))

    def log(self):
        """What the page complained about: errors of scripts, refused requests."""
        entries = self._call('POST', self.session + '/se/log', {'type': 'browser'})
        return [entry['message'] for entry in entries if entry['level'] in ('SEVERE', 'WARNING')]

    def close(self):
        try:
            if self.session:
                self._call('DELETE', self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
