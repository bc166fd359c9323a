/**
 * Media types as they may be kept: a stranger writes them, and anything else could be somebody's name or
 * a word that nobody is to read. Those that mail programs write by themselves, from the registry of IANA
 * and from what such programs wrote before it.
 */

/** Stands for each other subtype, and for each other type. */
export const OTHER_TYPE = 'other';

const WORDS: Readonly<Record<string, string>> = {
  application: `
    acad applefile atom+xml binary csv download dxf edi-x12 edifact eml epub+zip force-download
    geo+json gpx+xml gzip ics java-archive java-vm javascript json mac-binhex mac-binhex40 macbinary
    mbox ms-tnef msaccess msword octet-stream ogg onenote oxps pdf pgp-encrypted pgp-keys
    pgp-signature pkcs10 pkcs7-mime pkcs7-signature pkix-cert postscript problem+json rss+xml rtf
    sql timestamped-data tlsrpt+gzip tlsrpt+json unknown wasm x-7z-compressed x-apple-diskimage
    x-bzip x-bzip2 x-compress x-compressed x-dosexec x-download x-dvi x-dwg x-elf x-eml x-executable
    x-font-ttf x-force-download x-gtar x-gzip x-httpd-php x-iso9660-image x-java-archive
    x-javascript x-latex x-mac-binhex40 x-macbinary x-mach-binary x-mimearchive x-mobipocket-ebook
    x-ms-dos-executable x-ms-shortcut x-msdos-program x-msdownload x-msi x-perl x-php x-pkcs12
    x-pkcs7-mime x-pkcs7-signature x-python-code x-rar x-rar-compressed x-sh x-shellscript
    x-shockwave-flash x-sqlite3 x-stuffit x-tar x-tex x-unknown x-unknown-content-type
    x-x509-ca-cert x-xz x-yaml x-zip x-zip-compressed xarf xarf+json xhtml+xml xml yaml zip zstd
    vnd.android.package-archive vnd.apple.keynote vnd.apple.numbers vnd.apple.pages vnd.apple.pkpass
    vnd.google-earth.kml+xml vnd.google-earth.kmz vnd.microsoft.portable-executable
    vnd.ms-cab-compressed vnd.ms-excel vnd.ms-excel.addin.macroenabled.12
    vnd.ms-excel.sheet.binary.macroenabled.12 vnd.ms-excel.sheet.macroenabled.12
    vnd.ms-excel.template.macroenabled.12 vnd.ms-htmlhelp vnd.ms-officetheme vnd.ms-outlook
    vnd.ms-powerpoint vnd.ms-powerpoint.presentation.macroenabled.12
    vnd.ms-powerpoint.slideshow.macroenabled.12 vnd.ms-project vnd.ms-publisher vnd.ms-tnef
    vnd.ms-word.document.macroenabled.12 vnd.ms-word.template.macroenabled.12 vnd.ms-works
    vnd.ms-xpsdocument vnd.oasis.opendocument.chart vnd.oasis.opendocument.formula
    vnd.oasis.opendocument.graphics vnd.oasis.opendocument.presentation
    vnd.oasis.opendocument.spreadsheet vnd.oasis.opendocument.text
    vnd.oasis.opendocument.text-template
    vnd.openxmlformats-officedocument.presentationml.presentation
    vnd.openxmlformats-officedocument.presentationml.slideshow
    vnd.openxmlformats-officedocument.presentationml.template
    vnd.openxmlformats-officedocument.spreadsheetml.sheet
    vnd.openxmlformats-officedocument.spreadsheetml.template
    vnd.openxmlformats-officedocument.wordprocessingml.document
    vnd.openxmlformats-officedocument.wordprocessingml.template vnd.rar vnd.sqlite3 vnd.visio`,
  audio: `
    3gpp aac aiff amr basic flac midi mp3 mp4 mpeg mpeg3 ogg opus vnd.wave wav wave webm x-aiff
    x-caf x-flac x-m4a x-mpeg x-ms-wma x-wav`,
  font: 'collection otf sfnt ttf woff woff2',
  image: `
    apng avif bmp emf gif heic heif jp2 jpeg jpg jxl pjpeg png svg+xml tiff vnd.adobe.photoshop
    vnd.dwg vnd.dxf vnd.microsoft.icon webp wmf x-bmp x-emf x-icon x-ms-bmp x-png x-wmf x-xbitmap`,
  message: `
    cpim delivery-status disposition-notification external-body feedback-report global
    global-delivery-status global-disposition-notification global-headers http news partial rfc822
    s-http sip sipfrag tracking-status`,
  model: '3mf gltf-binary iges obj step stl vrml',
  multipart: `
    alternative appledouble byteranges digest encrypted form-data header-set mixed multilingual
    parallel related report signed voice-message`,
  text: `
    calendar css csv directory ecmascript enriched html javascript json markdown plain rfc822
    rfc822-header rfc822-headers richtext rtf sgml tab-separated-values troff uri-list vbscript
    vcard watch-html x-amp-html x-c x-c++ x-chdr x-csrc x-diff x-java x-log x-markdown x-patch
    x-perl x-php x-python x-python-script x-sh x-shellscript x-sql x-tex x-url x-uuencode
    x-vcalendar x-vcard x-yaml xml yaml`,
  video: `
    3gpp 3gpp2 mp2t mp4 mpeg ogg quicktime vnd.avi webm x-flv x-m4v x-matroska x-ms-asf x-ms-wmv
    x-msvideo`,
};

const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(WORDS).map(([type, words]) => [type, new Set(words.trim().split(/\s+/))]),
);

/** @param mediaType lower case. @returns one of some hundreds; empty where there is none. */
export function keptMediaType(mediaType: string): string {
  if (mediaType === '') return '';
  const slash = mediaType.indexOf('/');
  const type = mediaType.slice(0, slash);
  const known = KNOWN.get(type);
  if (known === undefined) return `${OTHER_TYPE}/${OTHER_TYPE}`;
  return known.has(mediaType.slice(slash + 1)) ? mediaType : `${type}/${OTHER_TYPE}`;
}
