import { describe, expect, it } from 'vitest';
import { addRequests, emptyLedger } from '../../src/ui/store/requestLedger.ts';
import { describeAnswer, describeLedger, describeReach } from '../../src/ui/trust/ledgerWords.ts';
import { nameOf, plainAddress, type ToldRequest } from '../../src/workerApi/requests.ts';

const own = 'http://localhost:1';
const told = (change: Partial<ToldRequest>): ToldRequest => ({
  source: 'timing',
  who: 'page',
  address: `${own}/a.js`,
  at: 10,
  ...change,
});
const bySelf = told({ bytes: 2000, isFromHere: false });
const byServiceWorker = told({ source: 'serviceWorker', method: 'GET', at: 12, isFromHere: true });

describe('the ledger of requests', () => {
  it.each([[[bySelf, byServiceWorker]], [[byServiceWorker, bySelf]]])(
    'has a request once that two tell of, with what each knows',
    (both) => {
      const { requests } = addRequests(emptyLedger, both);
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({ method: 'GET', bytes: 2000, isFromHere: true, at: 10 });
    },
  );

  it('misses none that only one tells of, and keeps askers apart', () => {
    const { requests } = addRequests(emptyLedger, [
      bySelf,
      bySelf,
      byServiceWorker,
      { ...byServiceWorker, who: 'chat worker' },
    ]);
    expect(requests.map(({ who, sources }) => [who, sources.length])).toEqual([
      ['page', 1],
      ['page', 2],
      ['chat worker', 1],
    ]);
  });

  it('takes what the policy refused for no request', () => {
    const refused = told({ source: 'policy', address: 'https://example.com/' });
    const ledger = addRequests(emptyLedger, [bySelf, refused]);
    expect(ledger.requests.map(describeAnswer)).toEqual(['2.0 kB, from the server', 'refused by the policy']);
    expect(describeLedger(ledger, own)).toBe(
      'Since this page was opened: 1 request to the server that it came from; 0 of them this browser answered itself. None went to anyone else. 1 request more the policy refused before anything was sent.',
    );
  });

  it('is bounded, and says how many are no longer listed', () => {
    const many = Array.from({ length: 1200 }, (_, at) => told({ at, address: `https://hub.example/${at}` }));
    const ledger = addRequests(addRequests(emptyLedger, many), [told({ at: 2000 })]);
    expect(ledger.requests).toHaveLength(1000);
    expect(ledger.requests[0]?.at).toBe(201);
    expect(describeLedger(ledger, own)).toContain('999 went to hub.example. The oldest 201 are no longer');
  });
});

it('keeps no keys of an address', () => {
  expect(plainAddress('https://me:word@hub.example/a/b?Signature=x#y')).toBe('https://hub.example/a/b?…');
});

it.each([
  ['/', 'page'],
  ['/assets/storedModels.worker-B_1.js', 'stored models worker'],
  ['/workers/chat.worker.ts', 'chat worker'],
  ['/serviceWorker.js', 'service worker'],
  ['/ort/ort-wasm-simd-threaded.mjs', 'thread of onnxruntime'],
])('calls what runs at %s the %s', (path, name) => {
  expect(nameOf(own + path)).toBe(name);
});

it.each([
  [["'self'"], 'the server of this page'],
  [
    ["'self'", 'https://huggingface.co', 'https://*.hf.co'],
    'the server of this page, huggingface.co, *.hf.co',
  ],
  [["'none'"], 'nobody'],
  [null, 'any server: the answer had no policy'],
])('says of %o: %s', (reachable, words) => {
  expect(describeReach({ who: 'page', text: '', reachable })).toBe(words);
});
