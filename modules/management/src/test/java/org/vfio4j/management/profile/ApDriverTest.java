/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.tree.Node;

class ApDriverTest {
    private static final String PROFILE = """
            {"profile": 1, "name": "ap", "driver": "vfio_ap",
             "matrix": {"adapters": ["05", "06"], "domains": ["0004", "00ab"]}}
            """;

    private final UserHost host =
            new UserHost(ProfileDriver.of(ProfileReader.read(PROFILE.getBytes(StandardCharsets.UTF_8))), List.of());

    @AfterEach
    void close() {
        host.close();
    }

    private UUID start() {
        return UUID.fromString(
                host.start("matrix", "vfio_ap-passthrough", UUID.randomUUID()).name());
    }

    private String read(UUID device, String file) {
        return new String(attribute(device, file).show(), StandardCharsets.UTF_8).stripTrailing();
    }

    private Node.Attribute attribute(UUID device, String file) {
        return (Node.Attribute) host.tree()
                .find("/devices/vfio_ap/matrix/" + device + "/" + file)
                .orElseThrow();
    }

    private void assertRefused(String errno, UUID device, String file, String value) {
        assertThatThrownBy(() -> host.write(device, file, value))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.errnoName()).isEqualTo(errno));
    }

    @Test
    void aDevicesQueuesAreThePairsOfItsAdaptersAndDomains() {
        UUID device = start();
        assertThat(read(device, "matrix")).isEmpty();
        host.write(device, "assign_adapter", "5\n");
        assertThat(read(device, "matrix")).isEqualTo("05.");
        host.write(device, "assign_domain", "0xab");
        host.write(device, "assign_domain", "04");
        host.write(device, "assign_adapter", "6");
        host.write(device, "assign_adapter", "6");

        assertThat(read(device, "matrix").lines()).containsExactly("05.0004", "05.00ab", "06.0004", "06.00ab");

        host.write(device, "unassign_adapter", "5");
        host.write(device, "unassign_adapter", "6");
        assertThat(read(device, "matrix").lines()).containsExactly(".0004", ".00ab");
        host.write(device, "assign_control_domain", "0xab");
        assertThat(read(device, "control_domains")).isEqualTo("00ab");
    }

    @Test
    void aQueueIsOneDevicesUntilItGivesItBackOrIsGone() {
        UUID one = start();
        UUID two = start();
        for (UUID device : List.of(one, two)) {
            host.write(device, "assign_adapter", "5");
        }
        host.write(one, "assign_domain", "4");

        assertRefused("EADDRINUSE", two, "assign_domain", "4");
        assertThat(read(two, "matrix")).isEqualTo("05.");
        host.write(two, "assign_domain", "0xab");
        host.stop(one, Duration.ZERO);
        host.write(two, "assign_domain", "4");
        assertThat(host.types().parents().getFirst().types().getFirst().available())
                .contains(65_535);
    }

    @Test
    void aQueueOfWhichTheHostHasBothIsTheHosts() {
        UUID device = start();
        host.write(device, "assign_adapter", "7");
        assertRefused("EADDRNOTAVAIL", device, "assign_domain", "5");
        host.write(device, "assign_domain", "4");
        assertThat(read(device, "matrix")).isEqualTo("07.0004");
    }

    @Test
    void aDevicesWholeConfigurationIsSetAtOnce() {
        UUID device = start();
        String none = "0".repeat(64);
        assertThat(read(device, "ap_config")).isEqualTo("0x" + none + ",0x" + none + ",0x" + none);

        host.write(device, "ap_config", "0x06,0x08,0x08\n");
        host.write(device, "assign_domain", "0xab");

        assertThat(read(device, "matrix").lines()).containsExactly("05.0004", "05.00ab", "06.0004", "06.00ab");
        assertThat(read(device, "control_domains")).isEqualTo("0004");
        assertThat(read(device, "ap_config"))
                .isEqualTo("0x06" + "0".repeat(62) + ",0x08" + "0".repeat(40) + "1" + "0".repeat(21) + ",0x08"
                        + "0".repeat(62));
        assertThat(attribute(device, "ap_config").mode()).isEqualTo(0644);
    }

    @Test
    void aConfigurationThatCannotBeChangesNothing() {
        UUID one = start();
        host.write(one, "ap_config", "0x04,0x08,0");
        UUID two = start();
        host.write(two, "ap_config", "0x02,0x08,0x08");

        assertRefused("EADDRINUSE", two, "ap_config", "0x06,0x08,0");
        assertRefused("EADDRNOTAVAIL", two, "ap_config", "0x01,0x04,0");
        assertThat(read(two, "matrix")).isEqualTo("06.0004");
        assertThat(read(two, "control_domains")).isEqualTo("0004");
    }

    @Test
    void anEmptyAttributeIsAnEmptyFile() {
        UUID device = start();

        assertThat(attribute(device, "matrix").show()).isEmpty();
        assertThat(attribute(device, "guest_matrix").show()).isEmpty();
        host.write(device, "assign_adapter", "5");
        assertThat(attribute(device, "matrix").show())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("05.\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ap_config | 0x04,0x08     | EINVAL",
                "ap_config | 0x04,0x08,0,0 | EINVAL",
                "ap_config | 0x04,0x0g,0   | EINVAL",
            })
    void whatIsNoConfigurationIsRefused(String file, String value, String errno) {
        assertRefused(errno, start(), file, value);
    }

    @ParameterizedTest
    @CsvSource({
        "assign_adapter, five, EINVAL",
        "assign_adapter, -1, EINVAL",
        "assign_adapter, 256, ENODEV",
        "unassign_domain, 0x100, ENODEV",
        "assign_domain, 99999999999999999999, EINVAL",
        "matrix, 5, EACCES",
        "guest_matrix, 5, EACCES",
    })
    void whatIsNoNumberOfAMachineIsRefused(String file, String value, String errno) {
        assertRefused(errno, start(), file, value);
    }

    @Test
    void itsFilesHaveTheKernelsPermissions() {
        UUID device = start();
        assertThat(attribute(device, "assign_adapter").mode()).isEqualTo(0200);
        assertThat(attribute(device, "matrix").mode()).isEqualTo(0444);
        assertThat(attribute(device, "remove").mode()).isEqualTo(0200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"05\" | \"5\" | matrix.adapters[0]: expected 2 hexadecimal digits",
                "\"00ab\" | \"01ab\" | matrix.domains[1]: expected at most ff",
                "\"domains\" | \"queues\" | matrix: has a key queues",
                "\"matrix\" | \"parents\" | parents: expected an array",
            })
    void aMistakeIsRefusedWithItsPlace(String right, String wrong, String message) {
        assertThatThrownBy(
                        () -> ProfileReader.read(PROFILE.replace(right, wrong).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ProfileException.class)
                .hasMessageStartingWith(message);
    }
}
