/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Time as it goes by, or as a test lets it.
 *
 * @param nanos what {@link System#nanoTime} is to everybody else
 * @param pause waits so many nanoseconds
 */
record Time(LongSupplier nanos, LongConsumer pause) {
    static final Time REAL = new Time(System::nanoTime, LockSupport::parkNanos);
}
