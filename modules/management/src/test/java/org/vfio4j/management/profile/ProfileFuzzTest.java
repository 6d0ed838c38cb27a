/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.VfioException;

/** Whatever bytes a profile's file holds, a host can be made of it, or it is refused with its place; so with what is written to attributes. */
class ProfileFuzzTest {
    private static final Profile.Attribute PARAMS =
            new Profile.Attribute("", Map.of("limit", List.of("0", "1"), "vnc", List.of("off")), false);

    @FuzzTest
    void write(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            String written = PARAMS.written(text);
            assertThat(PARAMS.written(written)).isEqualTo(written);
        } catch (VfioException e) {
            assertThat(e.errno()).isEqualTo(Errno.EINVAL);
        }
        try {
            ApMatrix matrix = new ApMatrix();
            matrix.write("assign_adapter", text, wanted -> {});
            assertThat(matrix.queues()).matches("[0-9a-f]{2}\\.");
        } catch (VfioException e) {
            assertThat(e.errno()).isIn(Errno.EINVAL, Errno.ENODEV);
        }
    }

    @FuzzTest
    void read(byte[] bytes) {
        Profile profile;
        try {
            profile = ProfileReader.read(bytes);
        } catch (ProfileException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+");
            return;
        }
        try (UserHost host = new UserHost(ProfileDriver.of(profile), List.of())) {
            assertThat(host.inventory().findings()).isEmpty();
            assertThat(host.inventory().parents())
                    .hasSize(profile.parents().size()
                            + profile.matrix().map(m -> 1).orElse(0));
        }
    }
}
