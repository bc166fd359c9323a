/** A value now or later: embedded engines answer at once, clustered ones cannot. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with a value without paying for a promise where there is none. */
export function andThen<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
