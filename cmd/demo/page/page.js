(() => {
  'use strict';
  const tabs = () => [...document.querySelectorAll('.tab')];

  // show opens the tab that the address names, or that holds what it names.
  const show = (jump) => {
    const at = document.getElementById(location.hash.slice(1));
    const tab = (at && at.closest('.tab')) || tabs()[0];
    tabs().forEach((t) => { t.hidden = t !== tab; });
    document.querySelectorAll('#tabs a').forEach((a) => {
      if (a.hash === '#' + tab.id) a.setAttribute('aria-current', 'page');
      else a.removeAttribute('aria-current');
    });
    if (!jump) return;
    if (at && at !== tab) at.scrollIntoView({ block: 'center' });
    else window.scrollTo(0, 0);
  };
  window.addEventListener('hashchange', () => show(true));
  show(location.hash !== '');

  // folds are the folds that a person opened or closed, by the element they stand in.
  const folds = () => {
    const all = new Map();
    document.querySelectorAll('.keep').forEach((box) => {
      box.querySelectorAll('details').forEach((fold, i) => all.set(box.id + '/' + i, fold));
    });
    return all;
  };

  const take = (text) => {
    const next = new DOMParser().parseFromString(text, 'text/html');
    const before = new Map([...folds()].map(([key, fold]) => [key, fold.open]));
    for (const id of ['status', 'tabs', 'main']) document.getElementById(id).replaceWith(next.getElementById(id));
    folds().forEach((fold, key) => { if (before.has(key)) fold.open = before.get(key); });
    document.body.dataset.live = next.body.dataset.live;
    show(false);
  };

  let version = '';
  const poll = async () => {
    try {
      const answer = await fetch('/', { headers: version ? { 'If-None-Match': version } : {}, cache: 'no-store' });
      if (answer.ok) { version = answer.headers.get('ETag') || ''; take(await answer.text()); }
      if (document.body.dataset.live === 'true') setTimeout(poll, 700);
    } catch {
      document.getElementById('status').textContent = 'The demo has ended';
    }
  };
  if (document.body.dataset.live === 'true') setTimeout(poll, 700);
})();
