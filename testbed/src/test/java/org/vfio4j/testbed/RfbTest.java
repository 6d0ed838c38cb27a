/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.console.rfb.Access;
import org.vfio4j.console.rfb.RfbServer;
import org.vfio4j.testbed.RfbClient.Format;
import org.vfio4j.vfio.display.Edid;

/** A device's display, as a viewer sees it that was written from the RFC. */
@Timeout(300)
class RfbTest {
    private static final String PASSWORD = "s3cretpw";

    private final ShownDevice device = new ShownDevice();
    private RfbServer server = serve(new Access.Authenticated());

    private RfbServer serve(Access access) {
        return RfbServer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), device.feed(), access);
    }

    @AfterEach
    void close() {
        server.close();
        device.close();
    }

    static Stream<Arguments> waysToSee() {
        Format[] formats = {
            Format.NATIVE,
            new Format(32, 24, true, 255, 255, 255, 16, 8, 0),
            new Format(32, 24, false, 255, 255, 255, 0, 8, 16),
            new Format(32, 32, false, 255, 255, 255, 24, 16, 8),
            new Format(32, 30, false, 1023, 1023, 1023, 20, 10, 0),
            new Format(16, 16, false, 31, 63, 31, 11, 5, 0),
            new Format(16, 15, true, 31, 31, 31, 10, 5, 0),
            new Format(8, 8, false, 7, 7, 3, 0, 3, 6),
        };
        return Stream.of(RfbClient.RAW, RfbClient.ZRLE)
                .flatMap(encoding -> Arrays.stream(formats).map(format -> Arguments.of(encoding, format)));
    }

    @ParameterizedTest
    @MethodSource("waysToSee")
    void whatIsDrawnIsSeen(int encoding, Format format) throws IOException {
        device.mode(330, 200);
        Random random = new Random(5);
        device.drawAnything(random);
        try (RfbClient viewer = connect()) {
            viewer.encodings(encoding);
            viewer.format(format);
            viewer.request(false);
            viewer.update();
            assertThat(viewer.pixels()).isEqualTo(seenIn(format));
            for (int i = 0; i < 20; i++) {
                device.drawAnything(random);
                awaitSame(viewer, format);
            }
        }
    }

    @Test
    void onlyWhatChangedIsSent() throws IOException {
        device.mode(640, 480);
        try (RfbClient viewer = connect()) {
            viewer.request(false);
            viewer.update();
            assertThat(viewer.changed()).isEqualTo(640 * 480);

            device.pixel(100, 70, 0xff8800);
            viewer.request(true);
            viewer.update();

            assertThat(viewer.changed()).isEqualTo(640 * 480 + 64 * 64);
            assertThat(viewer.pixels()).isEqualTo(device.drawn());
        }
    }

    @Test
    void linesThatScrollAreCopiedByTheViewer() throws IOException {
        device.mode(640, 480);
        device.drawLines(0);
        try (RfbClient viewer = connect()) {
            viewer.encodings(RfbClient.COPY_RECT, RfbClient.RAW);
            viewer.request(false);
            viewer.update();
            long all = viewer.received();
            viewer.request(true);
            long scrolled = 0;
            Random random = new Random(8);
            for (int first = 16; first < 3000; first += 16 + random.nextInt(60)) {
                device.drawLines(random.nextInt(10) == 0 ? first - 40 : first);
                do {
                    viewer.update();
                    viewer.request(true);
                } while (!Arrays.equals(viewer.pixels(), device.drawn()));
                scrolled++;
            }
            assertThat(viewer.copied()).isPositive();
            assertThat((viewer.received() - all) / scrolled).isLessThan(all);
        }
    }

    @Test
    void aPartThatIsAskedForIsSentAndTheRestLater() throws IOException {
        device.mode(640, 480);
        device.drawAnything(new Random(1));
        try (RfbClient viewer = connect()) {
            viewer.request(false, 10, 10, 20, 20);
            viewer.update();
            assertThat(viewer.changed()).isLessThan(640 * 480);

            viewer.request(true);
            viewer.update();
            assertThat(viewer.pixels()).isEqualTo(device.drawn());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {RfbClient.DESKTOP_SIZE, RfbClient.EXTENDED_DESKTOP_SIZE})
    void aViewerFollowsTheGuestsMode(int how) throws IOException {
        device.mode(640, 480);
        try (RfbClient viewer = connect()) {
            viewer.encodings(RfbClient.ZRLE, how);
            viewer.request(false);
            viewer.update();

            device.mode(800, 600);
            device.drawAnything(new Random(2));

            awaitSame(viewer, Format.NATIVE);
            assertThat(viewer.width()).isEqualTo(800);
        }
    }

    @Test
    void aViewerThatCannotFollowSeesWhatFitsAndBlackBeside() throws IOException {
        device.mode(640, 480);
        try (RfbClient viewer = connect()) {
            viewer.request(false);
            viewer.update();
            device.mode(500, 600);
            device.fill(0, 0, 500, 600, 0x445566);

            int[] expected = new int[640 * 480];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = i % 640 < 500 ? 0x445566 : 0;
            }
            while (!Arrays.equals(viewer.pixels(), expected)) {
                viewer.request(true);
                viewer.update();
            }
        }
    }

    @Test
    void aViewersWindowSetsTheMonitor() throws IOException {
        device.mode(640, 480);
        try (RfbClient viewer = connect()) {
            viewer.encodings(RfbClient.RAW, RfbClient.EXTENDED_DESKTOP_SIZE);
            viewer.request(false);
            viewer.update();

            viewer.resize(1000, 700);
            awaitStatus(viewer);
            assertThat(viewer.resizeStatus()).as("forwarded").isEqualTo(4);
            assertThat(device.monitor()).contains(new Edid.Size(1000, 700));

            viewer.resize(5000, 700);
            awaitOtherStatus(viewer, 4);
            assertThat(viewer.resizeStatus()).as("invalid layout").isEqualTo(3);
            assertThat(device.monitor()).contains(new Edid.Size(1000, 700));
        }
    }

    @Test
    void whyThereIsNoPictureIsTheWindowsTitle() throws IOException {
        try (RfbClient viewer = connect()) {
            assertThat(viewer.name()).isEqualTo("screen (the guest shows nothing)");
            viewer.encodings(RfbClient.RAW, RfbClient.DESKTOP_NAME, RfbClient.DESKTOP_SIZE);
            viewer.request(false);
            viewer.update();
            assertThat(viewer.pixels()).containsOnly(0);

            device.mode(320, 200);
            awaitName(viewer, "screen");

            device.release();
            awaitName(viewer, "screen (no machine uses the device)");
            assertThat(viewer.width()).isEqualTo(320);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, 8})
    void versionsOfTheProtocolAreSpokenWithAPassword(int minor) throws IOException {
        device.mode(320, 200);
        server.close();
        server = serve(new Access.Password(PASSWORD));

        try (RfbClient viewer = RfbClient.connect(server.address(), PASSWORD, minor)) {
            viewer.request(false);
            viewer.update();
            assertThat(viewer.changed()).isEqualTo(320 * 200);
        }
        assertThatThrownBy(() -> RfbClient.connect(server.address(), "wrong", minor))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(minor == 8 ? "The password is wrong." : "refused: 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, 8})
    void versionsOfTheProtocolAreSpokenWithoutOne(int minor) throws IOException {
        device.mode(320, 200);
        try (RfbClient viewer = RfbClient.connect(server.address(), null, minor)) {
            viewer.request(false);
            assertThat(viewer.update()).isTrue();
        }
    }

    @Test
    void keysPointersAndTextAreTakenAndDropped() throws IOException {
        device.mode(320, 200);
        try (RfbClient viewer = connect()) {
            viewer.send((byte) 4, (byte) 1, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 65);
            viewer.send((byte) 5, (byte) 1, (byte) 0, (byte) 9, (byte) 0, (byte) 9);
            viewer.send(
                    (byte) 6, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 2, (byte) 'h', (byte)
                            'i');
            viewer.request(false);
            assertThat(viewer.update()).isTrue();
        }
    }

    private RfbClient connect() throws IOException {
        return RfbClient.connect(server.address(), null);
    }

    /** Asks until the viewer has what is drawn; the viewer's patience bounds it. */
    private void awaitSame(RfbClient viewer, Format format) throws IOException {
        while (!Arrays.equals(viewer.pixels(), seenIn(format))) {
            viewer.request(true);
            viewer.update();
        }
    }

    private static void awaitStatus(RfbClient viewer) throws IOException {
        awaitOtherStatus(viewer, -1);
    }

    private static void awaitOtherStatus(RfbClient viewer, int status) throws IOException {
        while (viewer.resizeStatus() == status) {
            viewer.request(true);
            viewer.update();
        }
    }

    private static void awaitName(RfbClient viewer, String name) throws IOException {
        while (!viewer.name().equals(name)) {
            viewer.request(true);
            viewer.update();
        }
    }

    /** What is drawn, with no more colours than a format has. */
    private int[] seenIn(Format format) {
        int[] pixels = device.drawn();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = coarse(pixels[i] >> 16 & 0xff, format.red()) << 16
                    | coarse(pixels[i] >> 8 & 0xff, format.green()) << 8
                    | coarse(pixels[i] & 0xff, format.blue());
        }
        return pixels;
    }

    private static int coarse(int value, int max) {
        return (Math.round(value * max / 255f) * 255 + max / 2) / max;
    }
}
