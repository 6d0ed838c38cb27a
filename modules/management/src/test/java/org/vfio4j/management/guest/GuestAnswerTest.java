/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestAnswerTest {
    /** As qga/commands-win32.c makes it: ids are numbers, the date is nanoseconds. */
    static final String WINDOWS = "{\"return\": ["
            + "{\"driver-date\": 1704240000000000000, \"driver-name\": \"Red Hat VirtIO Ethernet Adapter\","
            + " \"driver-version\": \"100.95.104.26200\","
            + " \"id\": {\"type\": \"pci\", \"device-id\": 4161, \"vendor-id\": 6900}},"
            + "{\"driver-date\": 1753142400000000000, \"driver-name\": \"NVIDIA GRID V100-2Q\","
            + " \"driver-version\": \"32.0.15.8088\","
            + " \"id\": {\"type\": \"pci\", \"device-id\": 7606, \"vendor-id\": 4318}}]}";

    @Test
    void aWindowsGuestNamesItsDevicesAndTheirDriversVersions() {
        GuestReport report = read(WINDOWS);

        assertThat(report)
                .isEqualTo(new GuestReport.Devices(List.of(
                        new GuestDevice(0x1af4, 0x1041, "100.95.104.26200"),
                        new GuestDevice(0x10de, 0x1db6, "32.0.15.8088"))));
    }

    @Test
    void devicesWithoutADriversVersionAndThoseOfOtherBusesAreLeftOut() {
        GuestReport report = read("{\"return\": [{\"driver-name\": \"x\"},"
                + "{\"driver-name\": \"y\", \"driver-version\": \"1\"},"
                + "{\"driver-name\": \"z\", \"driver-version\": \"1\", \"id\": {\"type\": \"usb\"}},"
                + "{\"driver-name\": \"w\", \"id\": {\"type\": \"pci\", \"vendor-id\": 1, \"device-id\": 2}}]}");

        assertThat(report).isEqualTo(new GuestReport.Devices(List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Command guest-get-devices has been disabled\"}}",
                "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command guest-get-devices has not been found\"}}"
            })
    void aLinuxGuestsAgentDoesNotTell(String answer) {
        assertThat(read(answer)).isInstanceOfSatisfying(GuestReport.Silent.class, silent -> {
            assertThat(silent.because()).contains("on Windows only", "guest-get-devices");
            assertThat(silent.remedy()).contains("in the guest");
        });
    }

    @Test
    void aFailureInTheGuestIsPassedOnAndCut() {
        String text = "failed to get device tree " + "x".repeat(5000);

        assertThat(read("{\"error\": {\"class\": \"GenericError\", \"desc\": \"" + text + "\"}}"))
                .isInstanceOfSatisfying(
                        GuestReport.Silent.class,
                        silent -> assertThat(silent.because())
                                .contains("failed to get device tree")
                                .hasSizeLessThan(400));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"return\": 7}",
                "{\"return\": {}}",
                "{\"return\": [7]}",
                "{\"return\": [{\"driver-version\": 7}]}",
                "{\"return\": [{\"driver-version\": \"1\", \"id\": {\"type\": \"pci\", \"vendor-id\": 65536, \"device-id\": 1}}]}",
                "{\"return\": [{\"driver-version\": \"1\", \"id\": {\"type\": \"pci\", \"vendor-id\": -1, \"device-id\": 1}}]}",
                "{\"return\": [{\"driver-version\": \"1\", \"id\": {\"type\": \"pci\", \"vendor-id\": 1}}]}",
                "{\"return\": [{\"driver-version\": \" \", \"id\": {\"type\": \"pci\", \"vendor-id\": 1, \"device-id\": 1}}]}",
                "{\"return\": [{\"driver-version\": \"\\u0007\", \"id\": {\"type\": \"pci\", \"vendor-id\": 1, \"device-id\": 1}}]}",
                "{\"error\": {\"class\": 7}}",
                "{\"error\": \"no\"}"
            })
    void anythingElseIsRefusedWithItsPlace(String answer) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> read(answer))
                .withMessageContaining(": ");
    }

    @Test
    void aVersionIsNoLongerThanAVersionIs() {
        String answer = WINDOWS.replace("32.0.15.8088", "3".repeat(65));

        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> read(answer))
                .withMessageContaining("return[1].driver-version");
    }

    private static GuestReport read(String answer) {
        return GuestAnswer.read(answer.getBytes(StandardCharsets.UTF_8));
    }
}
