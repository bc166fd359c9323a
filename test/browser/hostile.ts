/** What a stranger may write into any field. Each would set `window.hit` if it ever ran. */
export const HOSTILE: readonly string[] = [
  '<script>window.hit=1</script>',
  '"><img src=x onerror=window.hit=1>',
  '<svg/onload=window.hit=1>',
  '</textarea></pre><iframe srcdoc="<script>parent.hit=1</script>">',
  "';window.hit=1;//",
  'javascript:window.hit=1',
  '{{constructor.constructor("window.hit=1")()}}',
  '<a href="data:text/html,<script>window.hit=1</script>">x</a>',
];

/** Turns the text behind it: a program that looks like a document. */
export const TURNED = 'Invoice\u202efdp.exe';

/** All of them in one line, for a field that is shown once. */
export const HOSTILE_LINE = [...HOSTILE, TURNED].join(' ');

/** A login may hold what an address may; this one is as bad as it gets. */
export const HOSTILE_ACCOUNT = '"><img src=x onerror=window.hit=1>@example.org';
