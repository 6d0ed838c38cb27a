/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever bytes a domain's file holds, it is kept as it is and can be changed, or it is refused with its place. */
class DomainXmlFuzzTest {
    @FuzzTest
    void read(byte[] bytes) {
        DomainXml domain;
        try {
            domain = DomainXml.read(bytes);
        } catch (DomainException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+");
            return;
        }
        assertThat(domain.xml()).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        domain.videos();
        domain.hasIommu();
        domain.graphics().forEach(Graphics::renderNode);
        for (Hostdev hostdev : domain.hostdevs()) {
            hostdev.device();
            hostdev.set("display", "on");
        }
        domain.shareMemory();
        domain.removeVideos();
        domain.override("ua-x", "xres", "unsigned", "1");
        DomainXml again = DomainXml.read(domain.xml().getBytes(StandardCharsets.UTF_8));
        assertThat(again.sharesMemory()).isTrue();
        assertThat(again.videos()).isEqualTo(java.util.List.of("none"));
    }
}
