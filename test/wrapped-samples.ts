/** Makes files that hold others, for tests: CMS, TNEF, AppleSingle and BinHex. */

/** `openssl cms -sign -nodetach -nocerts -noattr -outform DER` of an HTML part with a link. */
export const SIGNED_DER =
  'MIIBCgYJKoZIhvcNAQcCoIH8MIH5AgEBMQ0wCwYJYIZIAWUDBAIBMFQGCSqGSIb3DQEHAaBHBEVDb250ZW50LVR5cGU6IHRleHQvaHRtbA0KDQo8YSBocmVmPSJodHRwczovL2luc2lkZS5leGFtcGxlL3giPmE8L2E+DQoxgY4wgYsCAQEwJDAMMQowCAYDVQQDDAF0AhRzrpdcg2Z/kAszgTGiygmkrvKvGjALBglghkgBZQMEAgEwCgYIKoZIzj0EAwIERzBFAiEA1wdGzTPRsmW2sHqill1M8Hi5sZyrZhAwhyROXpW5baQCIBcHRspWVBiSV9X9N8jL3boW6bipQ72DkldAgbqSnkVx';
/** The same with `-stream -indef`. */
export const SIGNED_BER =
  'MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgARFQ29udGVudC1UeXBlOiB0ZXh0L2h0bWwNCg0KPGEgaHJlZj0iaHR0cHM6Ly9pbnNpZGUuZXhhbXBsZS94Ij5hPC9hPg0KAAAAAAAAMYGPMIGMAgEBMCQwDDEKMAgGA1UEAwwBdAIUc66XXINmf5ALM4ExosoJpK7yrxowCwYJYIZIAWUDBAIBMAoGCCqGSM49BAMCBEgwRgIhAI8Oz9hJWjRr85Avb1WmE5jl7rCVp7f2EHcskoCRS80yAiEAyO/raRdbblYmpukUWeS2NXRaksjZJMdLnBSuA5mLaK8AAAAAAAA=';
/** `openssl crl2pkcs7 -nocrl`. */
export const SIGNED_CERTIFICATES =
  'MIIBnAYJKoZIhvcNAQcCoIIBjTCCAYkCAQExADALBgkqhkiG9w0BBwGgggFxMIIBbTCCAROgAwIBAgIUc66XXINmf5ALM4ExosoJpK7yrxowCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBdDAeFw0yNjExMzAwNDMxMzlaFw0yNjEyMDkwNDMxMzlaMAwxCjAIBgNVBAMMAXQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASPEKjVGqz2ROfDUSEb7dKI2OowPSE77Knh7Tv55tKChl5Kc5P2KD8B0dw0i7wDpXZyooZZWGKB1WIoKXjCzslwo1MwUTAdBgNVHQ4EFgQUzePoVzEyvXgFCx059Btfs/daTRYwHwYDVR0jBBgwFoAUzePoVzEyvXgFCx059Btfs/daTRYwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBrgrTxQXG9oTIOghtrQjMcee2ka1g5AC7aadqeR0I/0wIhAMzWDcbRXoiwlc/fIvY17psi+bTo98olcb9vkuUudA0UMQA=';
/** `openssl cms -encrypt`. */
export const ENCRYPTED_DER =
  'MIIBDAYJKoZIhvcNAQcDoIH+MIH7AgECMYG3oYG0AgEDoFGhTzAJBgcqhkjOPQIBA0IABIvECdJPKufI6izwsLDxDm/xbrEluAnRsLGo+Gpzb0ixplkoAPtEP7Ip1d5Ggt3vtnnl9fP4FfKTRQJ+Ig73eOYwGAYJK4EFEIZIPwACMAsGCWCGSAFlAwQBBTBCMEAwJDAMMQowCAYDVQQDDAF0AhRzrpdcg2Z/kAszgTGiygmkrvKvGgQYk1Wi8EUOGJzQEDPXR9XHeJNttkNPAcl4MDwGCSqGSIb3DQEHATAdBglghkgBZQMEAQIEEK+XGZR6VTV0FtrWZIXcMpOAEAUcX2GCSKuqc1kw8Q+wlp0=';

/** An element of DER. */
export function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const head = Buffer.from([tag, 0x84, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, content]);
}

/** An element of BER without a length. */
const open = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag, 0x80]), content, Buffer.alloc(2)]);

const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const SIGNED = oid('2a864886f70d010702');
const DATA = oid('2a864886f70d010701');
export const ENVELOPED = oid('2a864886f70d010703');
export const COMPRESSED = oid('2a864886f70d0109100109');

/** CMS SignedData with these octets as its content. */
export function signedData(octets: Uint8Array, isOpen = false, type: Uint8Array = DATA): Buffer {
  const put = isOpen ? open : der;
  const inner = put(0x30, Buffer.concat([type, put(0xa0, octets)]));
  const version = der(0x02, Buffer.from([1]));
  const signed = put(
    0x30,
    Buffer.concat([version, put(0x31, der(0x30, SIGNED)), inner, der(0x31, Buffer.alloc(0))]),
  );
  return put(0x30, Buffer.concat([SIGNED, put(0xa0, signed)]));
}

/** A constructed octet string without a length, in chunks of these sizes and the rest in one. */
export function chunked(bytes: Buffer, sizes: readonly number[]): Buffer {
  let at = 0;
  const chunks = sizes.map((size) => der(0x04, bytes.subarray(at, (at += size))));
  return open(0x24, Buffer.concat([...chunks, der(0x04, bytes.subarray(at))]));
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const padding = (bytes: number): Buffer => Buffer.alloc((4 - (bytes & 3)) & 3);

export const tnef = (...attributes: readonly Uint8Array[]): Buffer =>
  Buffer.concat([u32(0x223e9f78), Buffer.alloc(2), ...attributes]);

export const attribute = (level: number, id: number, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([level]), u32(id), u32(value.length), value, Buffer.alloc(2)]);

/** An attachment with its properties behind its data. */
export function attachment(
  data: Uint8Array | undefined,
  title: string,
  properties: readonly Uint8Array[],
): Buffer {
  return Buffer.concat([
    attribute(2, 0x00069002, Buffer.alloc(14)),
    ...(title === '' ? [] : [attribute(2, 0x00018010, Buffer.from(`${title}\0`))]),
    ...(data === undefined ? [] : [attribute(2, 0x0006800f, data)]),
    attribute(2, 0x00069005, propertyList(properties)),
  ]);
}

/** Some of other types stand before them. */
export function propertyList(properties: readonly Uint8Array[]): Buffer {
  const flag = Buffer.concat([u32(0x0e1b000b), u32(1)]);
  const time = Buffer.concat([u32(0x30070040), Buffer.alloc(8)]);
  const words = Buffer.from('ab\0', 'utf16le');
  const named = Buffer.concat([
    ...[u32(0x80000003), Buffer.alloc(16), u32(1), u32(words.length), words],
    ...[padding(words.length), u32(7)],
  ]);
  return Buffer.concat([u32(3 + properties.length), flag, time, named, ...properties]);
}

/** Text as Unicode, bytes as binary. */
export function property(id: number, value: string | Uint8Array): Buffer {
  const isText = typeof value === 'string';
  const bytes = isText ? Buffer.from(`${value}\0`, 'utf16le') : value;
  return variable((id << 16) | (isText ? 0x1f : 0x0102), bytes);
}

const variable = (tag: number, bytes: Uint8Array): Buffer =>
  Buffer.concat([u32(tag), u32(1), u32(bytes.length), bytes, padding(bytes.length)]);

/** A message as an object. */
export const embedded = (message: Uint8Array): Buffer =>
  variable(
    0x3701000d,
    Buffer.concat([Buffer.from('0703020000000000c000000000000046', 'hex'), message]),
  );

export function appleFile(
  magic: number,
  entries: readonly (readonly [id: number, data: Uint8Array])[],
): Buffer {
  const head = Buffer.alloc(26 + entries.length * 12);
  head.writeUInt32BE(magic);
  head.writeUInt32BE(0x00020000, 4);
  head.writeUInt16BE(entries.length, 24);
  let at = head.length;
  for (const [i, [id, { length }]] of entries.entries()) {
    for (const [j, value] of [id, at, length].entries())
      head.writeUInt32BE(value, 26 + i * 12 + j * 4);
    at += length;
  }
  return Buffer.concat([head, ...entries.map(([, data]) => data)]);
}

const SIXES = '!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr';

/** Repeated bytes are written as such. */
export function binhex(name: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(name.length + 20);
  head[0] = name.length;
  head.write(name, 1, 'latin1');
  head.writeUInt32BE(data.length, name.length + 12);
  const bytes: number[] = [];
  // Checksums behind the head and behind the data are not read.
  const all = Buffer.concat([head, Buffer.alloc(2), data, Buffer.alloc(2)]);
  for (let i = 0; i < all.length;) {
    const byte = all[i] as number;
    let run = 1;
    while (run < 255 && all[i + run] === byte) run += 1;
    bytes.push(...(byte === 0x90 ? [0x90, 0] : [byte]));
    if (run > 3) bytes.push(0x90, run);
    i += run > 3 ? run : 1;
  }
  let bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  bits = bits.padEnd(Math.ceil(bits.length / 6) * 6, '0');
  const text = (bits.match(/.{6}/g) ?? []).map((six) => SIXES[Number.parseInt(six, 2)]).join('');
  const lines = `:${text}:`.replace(/.{64}(?=.)/g, '$&\r\n');
  return Buffer.from(`(This file must be converted with BinHex 4.0)\r\n\r\n${lines}\r\n`);
}
