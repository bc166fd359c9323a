#!/usr/bin/env node
// Starts primum, or says in one line which Node.js it needs. Only syntax that old ones parse.
var needed = 24;
var major = Number(process.versions.node.split('.')[0]);

function run() {
  return import('./launch.js').then(function (launch) {
    return launch.launch(process.argv.slice(2));
  });
}

if (major < needed) {
  process.stderr.write(
    'primum needs Node.js ' +
      needed +
      ' or newer; this is ' +
      process.versions.node +
      '. Install it from https://nodejs.org/, or run "npm ci && npm start" in a checkout, which brings its own.\n',
  );
  process.exitCode = 1;
} else {
  run().then(
    function (code) {
      process.exitCode = code;
    },
    function (error) {
      process.stderr.write(String((error && error.stack) || error) + '\n');
      process.exitCode = 70;
    },
  );
}
