// Scenes as pages: one at a time, turned by keys, a remote, or the buttons. Without this script, and
// on paper, they stand one below the other.
'use strict';
(() => {
    const scenes = [...document.querySelectorAll('section')];
    const steps = {
        PageDown: 1, ArrowRight: 1, ArrowDown: 1, ' ': 1, Enter: 1,
        PageUp: -1, ArrowLeft: -1, ArrowUp: -1, Backspace: -1,
        Home: -scenes.length, End: scenes.length,
    };
    let at = 0;

    function show(n) {
        at = Math.max(0, Math.min(scenes.length - 1, n));
        scenes.forEach((scene, i) => scene.classList.toggle('now', i === at));
        history.replaceState(null, '', '#' + scenes[at].id);
    }

    function from_address() {
        const n = scenes.findIndex(scene => '#' + scene.id === location.hash);
        show(n < 0 ? at : n);
    }

    document.body.classList.add('one');
    from_address();
    addEventListener('hashchange', from_address);
    addEventListener('keydown', event => {
        const step = steps[event.key];
        const typing = event.target.tagName === 'BUTTON' && (event.key === ' ' || event.key === 'Enter');
        if (!step || typing || event.ctrlKey || event.altKey || event.metaKey)
            return;
        event.preventDefault();
        show(at + step);
    });
    document.getElementById('back').addEventListener('click', () => show(at - 1));
    document.getElementById('on').addEventListener('click', () => show(at + 1));
    let timer = 0;
    addEventListener('pointermove', () => {
        document.body.classList.add('moved');
        clearTimeout(timer);
        timer = setTimeout(() => document.body.classList.remove('moved'), 1500);
    });
})();
