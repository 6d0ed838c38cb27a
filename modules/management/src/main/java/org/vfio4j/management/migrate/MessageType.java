/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import org.vfio4j.management.definition.Definition;

/** The messages' numbers and the longest that each may be. Numbers are never given again. */
enum MessageType {
    HELLO(1, Sizes.SMALL),
    ASK(2, Sizes.SMALL),
    FACTS(3, Sizes.SNAPSHOT),
    OFFER(4, 2 * Definition.MAX_BYTES),
    ACCEPTED(5, Sizes.SMALL),
    STATE(6, Wire.MAX_STATE),
    ROUND(7, Sizes.SMALL),
    RECEIVED(8, Sizes.SMALL),
    END(9, Sizes.SMALL),
    PREPARED(10, Sizes.SMALL),
    COMMIT(11, Sizes.SMALL),
    TAKEN(12, Sizes.SMALL),
    ABORT(13, Sizes.SMALL),
    RESOLVE(14, Sizes.SMALL),
    OUTCOME(15, Sizes.SMALL),
    FORGET(16, Sizes.SMALL),
    FORGOTTEN(17, Sizes.SMALL),
    REFUSED(18, Sizes.SMALL),
    SHARED(19, Sizes.SMALL),
    FREED(20, Sizes.SMALL);

    private final int number;
    private final int most;

    MessageType(int number, int most) {
        this.number = number;
        this.most = most;
    }

    /** Bytes. */
    private static final class Sizes {
        static final int SMALL = 16 << 10;
        static final int SNAPSHOT = 256 << 20;
    }

    int number() {
        return number;
    }

    /** Bytes of it at most. */
    int most() {
        return most;
    }

    static MessageType of(int number) {
        for (MessageType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        throw new MigrateException("protocol", "there is no message " + Integer.toUnsignedString(number));
    }

    static MessageType of(Message message) {
        return switch (message) {
            case Message.Hello _ -> HELLO;
            case Message.Ask _ -> ASK;
            case Message.Facts _ -> FACTS;
            case Message.Offer _ -> OFFER;
            case Message.Accepted _ -> ACCEPTED;
            case Message.State _ -> STATE;
            case Message.Round _ -> ROUND;
            case Message.Received _ -> RECEIVED;
            case Message.End _ -> END;
            case Message.Prepared _ -> PREPARED;
            case Message.Commit _ -> COMMIT;
            case Message.Taken _ -> TAKEN;
            case Message.Abort _ -> ABORT;
            case Message.Resolve _ -> RESOLVE;
            case Message.Outcome _ -> OUTCOME;
            case Message.Forget _ -> FORGET;
            case Message.Forgotten _ -> FORGOTTEN;
            case Message.Refused _ -> REFUSED;
            case Message.Shared _ -> SHARED;
            case Message.Freed _ -> FREED;
        };
    }
}
