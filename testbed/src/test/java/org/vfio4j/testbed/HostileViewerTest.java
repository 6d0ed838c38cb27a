/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.Viewer;
import org.vfio4j.console.rfb.Access;
import org.vfio4j.console.rfb.Guesses;
import org.vfio4j.console.rfb.RfbServer;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.display.Edid;

/** Viewers, guests and devices that do what they should not; a viewer beside them sees what is drawn. */
@Timeout(600)
class HostileViewerTest {
    private static final String PASSWORD = "s3cretpw";
    private static final long PATIENCE = Duration.ofMinutes(2).toNanos();

    private final ShownDevice device = new ShownDevice();
    private final RfbServer server = RfbServer.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), device.feed(), new Access.Password(PASSWORD));

    @AfterEach
    void close() {
        server.close();
        device.close();
    }

    @Test
    void viewersThatSendGarbageAreSentAway() throws IOException {
        device.mode(320, 200);
        Random random = new Random(9);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[1 + random.nextInt(3000)];
            random.nextBytes(garbage);
            if (i % 2 == 0) {
                try (RfbClient viewer = connect()) {
                    sendAnyway(viewer, garbage);
                }
            } else {
                try (Socket socket = new Socket()) {
                    socket.connect(server.address());
                    sendAnyway(socket, garbage);
                }
            }
        }
        assertSeen();
        awaitConnections(0);
    }

    @Test
    void viewersThatTakeNothingHoldNobodyUp() throws IOException {
        device.mode(1280, 1024);
        List<RfbClient> stalled = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RfbClient viewer = connect();
            for (int request = 0; request < 50; request++) {
                viewer.request(false);
            }
            stalled.add(viewer);
        }
        for (int i = 0; i < 5; i++) {
            device.drawAnything(new Random(i));
            assertSeen();
        }
        for (RfbClient viewer : stalled) {
            viewer.close();
        }
        awaitConnections(0);
    }

    @Test
    void aThousandConnectionsThatSayNothingKeepNobodyOut() throws IOException {
        device.mode(320, 200);
        List<Socket> silent = new ArrayList<>();
        try (RfbClient early = connect()) {
            for (int i = 0; i < 1000; i++) {
                Socket socket = new Socket();
                socket.connect(server.address());
                silent.add(socket);
            }
            assertSeen();
            assertThat(server.connections()).isLessThanOrEqualTo(64);

            early.request(false);
            assertThat(early.update()).as("who was there before still is").isTrue();
        }
        for (Socket socket : silent) {
            socket.close();
        }
        awaitConnections(0);
    }

    @Test
    void whoDoesNotSayWhoHeIsInTimeIsSentAwayAndWhoDidStays() throws IOException {
        device.mode(320, 200);
        AtomicLong nanoTime = new AtomicLong();
        try (RfbServer timed = timed(nanoTime);
                RfbClient viewer = RfbClient.connect(timed.address(), PASSWORD);
                Socket silent = new Socket()) {
            silent.connect(timed.address());
            await(() -> timed.connections() == 2);
            assertThat(silent.getInputStream().readNBytes(12))
                    .as("it is greeted")
                    .hasSize(12);

            nanoTime.addAndGet(Duration.ofSeconds(31).toNanos());

            assertThat(silent.getInputStream().readAllBytes())
                    .as("then it is over")
                    .isEmpty();
            viewer.request(false);
            assertThat(viewer.update()).isTrue();
            await(() -> timed.connections() == 1);
        }
    }

    @Test
    void whoeverGuessesThePasswordWaitsHoweverManyTriesComeAtOnce() throws Exception {
        device.mode(320, 200);
        AtomicLong nanoTime = new AtomicLong();
        try (RfbServer timed = timed(nanoTime);
                ExecutorService guessers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(guessers.submit(() -> refusal(timed, "wrong")));
            }
            List<String> refusals = new ArrayList<>();
            for (Future<String> answer : answers) {
                refusals.add(answer.get());
            }
            String wait = "refused: Too many wrong passwords from 127.0.0.1: try again in 10 s.";
            assertThat(refusals).containsOnly("refused: The password is wrong.", wait);
            assertThat(refusals).filteredOn(wait::equals).hasSize(15);
            assertThat(refusal(timed, PASSWORD)).isEqualTo(wait);

            nanoTime.addAndGet(Duration.ofSeconds(10).toNanos());

            RfbClient.connect(timed.address(), PASSWORD).close();
            assertThat(refusal(timed, "wrong")).as("forgiven").isEqualTo("refused: The password is wrong.");
        }
    }

    private static String refusal(RfbServer server, String password) {
        try (RfbClient _ = RfbClient.connect(server.address(), password)) {
            return "let in";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void whoTakesNothingForTooLongIsSentAwayAndWhoAsksForNothingStays() throws IOException {
        device.mode(1280, 1024);
        AtomicLong nanoTime = new AtomicLong();
        try (RfbServer timed = timed(nanoTime);
                RfbClient idle = RfbClient.connect(timed.address(), PASSWORD);
                RfbClient stalled = RfbClient.connect(timed.address(), PASSWORD)) {
            // far more than both ends of a connection hold
            for (int request = 0; request < 50; request++) {
                stalled.request(false);
            }

            await(() -> {
                nanoTime.addAndGet(Duration.ofSeconds(61).toNanos());
                return timed.connections() == 1;
            });

            idle.request(false);
            assertThat(idle.update()).isTrue();
        }
    }

    private RfbServer timed(AtomicLong nanoTime) {
        return RfbServer.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                device.feed(),
                new Access.Password(PASSWORD, new Guesses(nanoTime::get)),
                nanoTime::get);
    }

    @Test
    void aStormOfSizesIsGrantedAtThePaceOfTheDevice() throws IOException {
        device.mode(640, 480);
        try (RfbClient viewer = connect()) {
            viewer.encodings(RfbClient.RAW, RfbClient.EXTENDED_DESKTOP_SIZE);
            for (int i = 0; i < 5000; i++) {
                viewer.resize(200 + i % 700, 200 + i % 500);
            }
            viewer.resize(801, 601);
            viewer.request(false);
            while (!device.monitor().equals(Optional.of(new Edid.Size(801, 601)))) {
                viewer.update();
                viewer.request(true);
            }
        }
    }

    @Test
    void aGuestThatSetsAnyModeAtAnyTimeHarmsNobody() throws Exception {
        device.mode(640, 480);
        AtomicBoolean over = new AtomicBoolean();
        Thread guest = Thread.ofPlatform().start(() -> {
            Random random = new Random(4);
            while (!over.get()) {
                device.mode(random.nextInt(2000), random.nextInt(2000));
                if (random.nextInt(5) == 0) {
                    device.off();
                }
            }
        });
        try (RfbClient viewer = connect()) {
            viewer.encodings(RfbClient.ZRLE, RfbClient.DESKTOP_SIZE);
            viewer.request(false);
            for (int i = 0; i < 300; i++) {
                viewer.update();
                viewer.request(true);
            }
        } finally {
            over.set(true);
            guest.join();
        }
        device.mode(640, 480);
        assertSeen();
    }

    @Test
    void aDeviceThatFailsIsOpenedAgainAndClosedWithTheLastViewer() throws IOException {
        device.mode(320, 200);
        device.fill(0, 0, 320, 200, 0x123456);
        AtomicInteger opened = new AtomicInteger();
        try (DisplayFeed flaky = new DisplayFeed("flaky", () -> {
            if (opened.incrementAndGet() < 3) {
                throw new VfioException(Errno.EIO, "not yet");
            }
            return device.display();
        })) {
            assertThat(opened).as("nobody looks").hasValue(0);
            try (Viewer viewer = flaky.join()) {
                long end = System.nanoTime() + PATIENCE;
                while (!flaky.reason().isEmpty() && System.nanoTime() < end) {
                    viewer.await(Duration.ofSeconds(1).toNanos());
                    viewer.take(new org.vfio4j.vfio.display.Tiles()).close();
                }
                assertThat(flaky.reason()).isEmpty();
                assertThat(opened).hasValue(3);
            }
            await(() -> flaky.reason().equals("nobody looks at it"));
        }
    }

    private RfbClient connect() throws IOException {
        return RfbClient.connect(server.address(), PASSWORD);
    }

    /** A new viewer sees what is drawn. */
    private void assertSeen() throws IOException {
        try (RfbClient viewer = connect()) {
            viewer.encodings(RfbClient.ZRLE, RfbClient.DESKTOP_SIZE);
            viewer.request(false);
            viewer.update();
            while (!Arrays.equals(viewer.pixels(), device.drawn())) {
                viewer.request(true);
                viewer.update();
            }
        }
    }

    /** What the other end does not take any more is as good. */
    private static void sendAnyway(RfbClient viewer, byte[] bytes) {
        try {
            viewer.send(bytes);
        } catch (IOException e) {
            // sent away before its end
        }
    }

    private static void sendAnyway(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // sent away before its end
        }
    }

    private void awaitConnections(int count) {
        await(() -> server.connections() == count);
        assertThat(server.connections()).isEqualTo(count);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
