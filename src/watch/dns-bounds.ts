/** Bounds of one answer from DNS. */

/** RFC 6891; what passes everywhere in one piece. */
export const MAX_UDP_BYTES = 1_232;
/** Records of one answer that are looked at; a name with more is wrong in itself. */
export const MAX_RECORDS = 100;
/** Aliases of aliases that are followed, as resolvers do. */
export const MAX_ALIASES = 8;
