/**
 * The Prometheus metrics of one process, in a registry of their own. Names follow Prometheus:
 * `_total` counts since the start, `_seconds` and `_bytes` are units. Listed in
 * docs/reference/metrics.md, which is made from this file.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { createTally, createTiming } from './tally.ts';

/** From a tenth of a millisecond (a decision) to what a client waits for before it gives up. */
const JUDGING_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1, 5];
/** Effects talk to other programs: from milliseconds to a minute. */
const EFFECT_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60];

/** @param processFigures Whether memory, CPU and event loop of the process are measured too. */
export function createMetrics(processFigures: boolean) {
  const registry = new Registry();
  if (processFigures) collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...decisionMetrics(registry),
    ...healthMetrics(registry),
    ...scannerMetrics(registry),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

function counters(registry: Registry) {
  return <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });
}

function gauges(registry: Registry) {
  return <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
}

function decisionMetrics(registry: Registry) {
  const counter = counters(registry);
  return {
    verdicts: createTally(
      registry,
      {
        name: 'primum_verdicts_total',
        help: 'Verdicts given on submissions and logins; enforced is false in observe mode.',
      },
      ['door', 'verdict', 'enforced'],
    ),
    judging: createTiming(
      registry,
      { name: 'primum_judging_seconds', help: 'Time from event to verdict.' },
      { labelName: 'door', buckets: JUDGING_BUCKETS },
    ),
    checks: createTally(
      registry,
      {
        name: 'primum_checks_total',
        help: 'Questions answered without counting, such as one per recipient.',
      },
      ['door', 'verdict'],
    ),
    askedFromOutside: counter(
      'primum_inbound_questions_total',
      'Questions about mail from outside, whatever was answered; those of the milter door are connections.',
      'door',
    ),
    inbound: counter(
      'primum_inbound_findings_total',
      'Connections from outside by the rule they broke and what that does; observed ones, and those not enforced, would have been refused.',
      ...(['door', 'rule', 'action', 'enforced'] as const),
    ),
    cameBack: counter(
      'primum_outcomes_total',
      'Deliveries and complaints by reply class or meaning, and whether they counted for an account.',
      'kind',
      'class',
      'fate',
    ),
    returnedMail: counter(
      'primum_returned_mail_total',
      'Returned messages by what they are, and whether they are done, kept for a person or set aside.',
      'kind',
      'fate',
    ),
    judgingFailures: counter(
      'primum_judging_failures_total',
      'Questions answered by the failure stance because judging failed.',
      'door',
      'stance',
    ),
    clientFaults: counter(
      'primum_client_faults_total',
      'Requests a door could not understand.',
      'door',
    ),
    shed: counter(
      'primum_shed_total',
      'What was turned away because a bound was reached.',
      'door',
      'what',
    ),
  };
}

function scannerMetrics(registry: Registry) {
  const counter = counters(registry);
  return {
    scans: counter(
      'primum_scans_total',
      'Messages by what a scanner said; unknown when it did not.',
      'scanner',
      'result',
    ),
    scanTime: new Histogram({
      name: 'primum_scan_seconds',
      help: 'Time a message waited for a scanner at its end.',
      labelNames: ['scanner'],
      buckets: EFFECT_BUCKETS,
      registers: [registry],
    }),
    notRead: counter(
      'primum_messages_not_read_total',
      'Large messages whose body was not read: too many at once (busy), reading took too long (late) or broke off (failed).',
      'why',
    ),
    scanFailures: counter(
      'primum_scan_failures_total',
      'Messages a scanner should have judged and did not.',
      'scanner',
    ),
    scannerUp: gauges(registry)(
      'primum_scanner_up',
      '1 while a scanner or host list answers, 0 while it is given up.',
      'scanner',
    ),
    listLookups: counter(
      'primum_list_lookups_total',
      'Questions to DNS lists about URL hosts, those from memory left out.',
      'list',
      'outcome',
    ),
  };
}

function healthMetrics(registry: Registry) {
  const counter = counters(registry);
  const gauge = gauges(registry);
  return {
    build: gauge(
      'primum_build_info',
      'Always 1; the version and mode that run.',
      'version',
      'mode',
    ),
    connections: gauge('primum_connections', 'Open connections of a door.', 'door'),
    storeFailures: counter('primum_store_failures_total', 'Failures of a store.', 'store'),
    storeUp: gauge('primum_store_up', '1 while a store works, 0 after it failed.', 'store'),
    directoryFailures: counter(
      'primum_directory_failures_total',
      'Failures of an account directory.',
      'engine',
    ),
    directoryUp: gauge(
      'primum_directory_up',
      '1 while an account directory answers, 0 after it failed.',
      'engine',
    ),
    reloads: counter(
      'primum_reloads_total',
      'Reloads of the configuration, done or refused.',
      'outcome',
    ),
    effects: counter(
      'primum_effects_total',
      'Attempts at effects: alerts, webhooks, sessions ended.',
      'effect',
      'outcome',
    ),
    effectTime: new Histogram({
      name: 'primum_effect_seconds',
      help: 'Time an effect took that succeeded.',
      labelNames: ['effect'],
      buckets: EFFECT_BUCKETS,
      registers: [registry],
    }),
    warnings: counter('primum_warnings_total', 'Warnings, also those not logged again.'),
  };
}
