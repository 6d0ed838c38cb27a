/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.vfio4j.management.host.UserHost;

/** Whatever bytes a profile's file holds, a host can be made of it, or it is refused with its place. */
class ProfileFuzzTest {
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
