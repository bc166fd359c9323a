/** OWN-1 to OWN-13 over the API: the scorecard in the form that `primum audit --json` has, too. */
import { afterEach, describe, expect, it } from 'vitest';
import { practiceReport } from '../../src/doors/api/schemas/practices.ts';
import { loadPractices } from '../../src/practices/catalogue.ts';
import { scorePractices } from '../../src/practices/score.ts';
import { openFixture, problemOf } from './api-fixture.ts';
import type { ApiFixture } from './api-fixture.ts';

let api: ApiFixture | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

describe('OWN-4: GET /api/v1/practices', () => {
  it('gives every practice with its findings', async () => {
    const report = scorePractices({
      rows: loadPractices(),
      settings: {},
      findings: [
        {
          ...{ check: 'relay', practice: 'OWN-4', target: 'mx1.example.org' },
          ...{ state: 'fail', evidence: ['It relays.'], advice: 'Close it.' },
          ...{ item: 'its port 25', since: '2026-11-28T09:00:00.000Z' },
          drift: { was: 'It refused all.', wasAt: '2026-11-28T08:00:00.000Z', is: 'It relays.' },
        },
      ],
      at: '2026-11-28T10:00:00.000Z',
      version: '1.2.3',
    });
    api = await openFixture({ parts: { practices: () => Promise.resolve(report) } });
    const given = practiceReport.parse(await (await api.fetch('/api/v1/practices')).json());
    expect(given).toEqual(report);
    expect(given.practices.find(({ id }) => id === 'OWN-4')).toMatchObject({ result: 'fail' });
  });

  it('says what to do where nothing is watched', async () => {
    api = await openFixture();
    const response = await api.fetch('/api/v1/practices');
    expect(response.status).toBe(404);
    expect((await problemOf(response)).detail).toContain('primum audit');
  });
});
