/** Largest body of a message that is looked at, in bytes: as at the HTTP host. */
export const maxMessageBytes = 64 * 1024;

/** Largest event of the HTTP host that is looked at, in bytes: it carries Instamojo's reply, of at most this. */
export const maxEventBytes = 1024 * 1024;

/** How old a payment may be that a message is about. Instamojo's signature has no time: a message is valid for ever. */
export const maxHintAgeMs = 7 * 86_400_000;

/** How many events one trigger remembers as started, at most. More than it should see in the time above. */
export const rememberedEvents = 10_000;
