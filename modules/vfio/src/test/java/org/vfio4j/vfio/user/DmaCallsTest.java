/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.UnixSocket;

/**
 * A device that waits for its client's memory while the client, as QEMU, waits for the device: he sends one request that he wants answered, and
 * looks at what else was said only when it is.
 */
class DmaCallsTest {
    private static final int REGISTERS = CopyDevice.REGISTERS;
    private static final int LENGTH = 100_000;
    private static final int TARGET = 0x80000;

    private final byte[] guest = new byte[1 << 20];
    private final CopyDevice reentrant = CopyDevice.reentrant();
    private final CopyDevice plain = CopyDevice.create();
    private final UnixSocket.Pair sockets = UnixSocket.pair();
    private final RawPeer client = new RawPeer(sockets.right());

    @AfterEach
    void close() {
        client.close();
        reentrant.close();
        plain.close();
    }

    @Test
    void aRegisterThatIsPolledIsReadWhileTheDeviceWaits() {
        try (VfioUserServer _ = serve(reentrant)) {
            postCopy();
            RawPeer.Message asked = client.receive();
            assertThat(read(CopyDevice.STATUS)).isEqualTo(CopyDevice.BUSY);
            assertThat(read(CopyDevice.STATUS)).isEqualTo(CopyDevice.BUSY);
            client.answer(asked, guest);

            answerAll();

            assertThat(read(CopyDevice.STATUS)).isEqualTo(CopyDevice.IDLE);
            assertCopied();
        }
    }

    /** A read is answered with what the writes before it have done, of whatever kind they were. */
    @Test
    void whatComesMeanwhileIsDoneInItsOrder() {
        try (VfioUserServer _ = serve(reentrant)) {
            postCopy();
            RawPeer.Message asked = client.receive();
            assertThat(read(CopyDevice.RELAXED)).isZero();
            post(CopyDevice.RELAXED, RawPeer.words(7));
            assertThat(read(CopyDevice.RELAXED)).isEqualTo(7);
            assertThat(write(CopyDevice.RELAXED, 8).isError()).isFalse();
            assertThat(read(CopyDevice.RELAXED)).isEqualTo(8);
            assertThat(client.call(Command.DEVICE_GET_INFO, RawPeer.words(16, 0, 0, 0))
                            .isError())
                    .isFalse();
            byte[] sixteen = RawPeer.longs(LENGTH, 2 * LENGTH);
            client.call(Command.REGION_WRITE, RawPeer.access(CopyDevice.SOURCE, REGISTERS, 16, sixteen));
            client.answer(asked, guest);

            answerAll();

            assertCopied();
        }
    }

    /** However often a guest starts what is under way already. */
    @Test
    void memoryAskedForWhileItIsWaitedForIsRefused() {
        try (VfioUserServer _ = serve(reentrant)) {
            postCopy();
            RawPeer.Message asked = client.receive();

            assertThat(write(CopyDevice.GO, 16).errno()).isEqualTo(Errno.EBUSY);
            client.answer(asked, guest);

            answerAll();
            assertCopied();
        }
    }

    /** A reset is no access: it takes place when the device is done, and so the device is done with an error. */
    @Test
    void aResetEndsTheWait() {
        try (VfioUserServer _ = serve(reentrant)) {
            postCopy();
            RawPeer.Message asked = client.receive();
            assertThat(client.call(Command.DEVICE_RESET, new byte[0]).isError()).isFalse();
            client.answer(asked, guest);

            assertThat(read(CopyDevice.STATUS)).isEqualTo(CopyDevice.IDLE);
            assertThat(Arrays.copyOfRange(guest, TARGET, TARGET + LENGTH)).containsOnly(0);
        }
    }

    @Test
    void aDeviceThatCannotBeUsedMeanwhileIsTold() {
        try (VfioUserServer _ = serve(plain)) {
            postCopy();
            RawPeer.Message asked = client.receive();

            assertThat(read(CopyDevice.STATUS)).isEqualTo(Errno.EDEADLK);

            client.answer(asked, guest);
            assertThat(read(CopyDevice.RELAXED)).isZero();
        }
    }

    /** The reply that comes too late is nobody's, and the next request's is not taken for it. */
    @Test
    void afterARequestThatWasGivenUpTheNextIsAnswered() {
        try (VfioUserServer _ = serve(plain)) {
            postCopy();
            RawPeer.Message late = client.receive();
            assertThat(read(CopyDevice.STATUS)).isEqualTo(Errno.EDEADLK);
            Arrays.fill(guest, 0, LENGTH, (byte) 9);
            post(CopyDevice.GO, RawPeer.words(LENGTH));
            RawPeer.Message asked = client.receive();
            client.answer(late, new byte[guest.length]);
            client.answer(asked, guest);

            answerAll();

            assertThat(read(CopyDevice.STATUS)).isEqualTo(CopyDevice.IDLE);
            assertCopied();
        }
    }

    /** Serves a client that says what QEMU says, and has memory without a file. */
    private VfioUserServer serve(CopyDevice device) {
        VfioUserServer server = VfioUserServer.takeSocket(sockets.left(), DeviceSource.of(device), false);
        for (int i = 0; i < LENGTH; i++) {
            guest[i] = (byte) (i * 31 + (i >>> 8));
        }
        client.negotiate();
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, guest.length));
        return server;
    }

    /** Has the device copy, by a write that wants no answer. */
    private void postCopy() {
        post(CopyDevice.TARGET, RawPeer.longs(TARGET));
        post(CopyDevice.GO, RawPeer.words(LENGTH));
    }

    private void post(int register, byte[] value) {
        client.sendRaw(RawPeer.request(
                0, Command.REGION_WRITE, Wire.NO_REPLY, RawPeer.access(register, REGISTERS, value.length, value)));
    }

    private RawPeer.Message write(int register, int value) {
        return client.call(Command.REGION_WRITE, RawPeer.access(register, REGISTERS, 4, RawPeer.words(value)));
    }

    /** The value of a register; that it is answered before anything else is part of the test. */
    private int read(int register) {
        RawPeer.Message reply = client.call(Command.REGION_READ, RawPeer.access(register, REGISTERS, 4));
        assertThat(reply.isError()).isFalse();
        return reply.bytes().getInt(16);
    }

    /** Answers the rest of a copy whose first request is answered. */
    private void answerAll() {
        for (int asked = 1; asked < 2 * ((LENGTH + Limits.DMA_CHUNK - 1) / Limits.DMA_CHUNK); asked++) {
            client.answer(client.receive(), guest);
        }
    }

    private void assertCopied() {
        assertThat(read(CopyDevice.STATUS)).isEqualTo(CopyDevice.IDLE);
        assertThat(Arrays.copyOfRange(guest, TARGET, TARGET + LENGTH)).isEqualTo(Arrays.copyOf(guest, LENGTH));
    }
}
