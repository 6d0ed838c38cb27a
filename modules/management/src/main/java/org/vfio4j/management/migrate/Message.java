/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What two hosts say to each other while a device moves. {@link Wire} has their form. */
public sealed interface Message {
    /** The version of the protocol that this release speaks. */
    int PROTOCOL = 1;

    /** First, from both sides. */
    record Hello(int protocol, String version, String host) implements Message {}

    /** The source wants to know what the destination has. */
    record Ask() implements Message {}

    /** It has this: a snapshot as {@code vfio snapshot} writes it. */
    record Facts(ByteBuffer snapshot) implements Message {}

    /**
     * The source has a device to give.
     *
     * @param statesOrNull what its driver calls the states that it saves; null if it does not say
     * @param memoryOrNull where the state could be taken from without a copy through the connection; null between machines
     */
    record Offer(
            Migrant migrant,
            @Nullable String statesOrNull,
            @Nullable Memory memoryOrNull) implements Message {}

    /**
     * Where a process of this machine has memory that another can map.
     *
     * @param pid of the process
     * @param fd its descriptor of the memory
     * @param inode of the file, by which it is known again
     */
    record Memory(int pid, int fd, long inode) {}

    /**
     * The device is made there and waits for its state.
     *
     * @param shares whether the offered memory was found, and the state is to come by {@link Shared}
     */
    record Accepted(boolean shares) implements Message {}

    /**
     * The next bytes of the state.
     *
     * @param bytes until the second {@code State} after it is received
     */
    record State(MemorySegment bytes) implements Message {}

    /**
     * The next bytes of the state are in the memory that was offered.
     *
     * @param frame in which, from 0
     * @param bytes how many, from its begin
     */
    record Shared(int frame, int bytes) implements Message {}

    /** The oldest frame that is not free yet is. */
    record Freed() implements Message {}

    /** A round of pre-copy has ended; {@code bytes} have been sent in all. */
    record Round(long bytes) implements Message {}

    /** So much of the state has arrived in all. */
    record Received(long bytes) implements Message {}

    /** The device is stopped and its whole state sent, in so many bytes. */
    record End(long bytes) implements Message {}

    /** The device there has taken the state over, and is stopped. */
    record Prepared() implements Message {}

    /** The device is the destination's from now on. */
    record Commit() implements Message {}

    /** The destination has taken it, and it runs there. */
    record Taken() implements Message {}

    /** The source keeps the device. */
    record Abort(String reason) implements Message {}

    /** A source that does not know how a move ended asks. What was not taken until now never is. */
    record Resolve(UUID id) implements Message {}

    /** Whether the destination has taken it. */
    record Outcome(boolean taken) implements Message {}

    /** The source knows that the destination has the device, and will not ask again. */
    record Forget(UUID id) implements Message {}

    /** The destination has nothing written down of it any more. */
    record Forgotten() implements Message {}

    /** What was asked for is not done. */
    record Refused(int errno, String what, String remedy) implements Message {}
}
