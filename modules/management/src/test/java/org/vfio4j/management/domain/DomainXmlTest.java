/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.management.preflight.DomainFacts;

class DomainXmlTest {
    private static final String XML = """
            <?xml version='1.0' encoding='UTF-8'?>
            <!-- made by hand -->
            <domain type="kvm">
              <name>desk &amp; chair</name>   <!-- spaces and all -->
              <memory unit='GiB'>4</memory>
              <os>
                <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
              </os>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                <hostdev mode='subsystem'   type='mdev' model='vfio-pci'>
                  <source>
                    <address uuid='4B20D080-1b54-4048-85b3-a6a62d165c01'/>
                  </source>
                </hostdev>
                <hostdev mode='subsystem' type='pci' managed='yes'>
                  <source>
                    <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/>
                  </source>
                </hostdev>
                <graphics type='vnc' port='-1'/>
                <graphics type='spice'><gl enable='yes' rendernode='/dev/dri/renderD129'/></graphics>
                <video>
                  <model type='cirrus' vram='16384' heads='1' primary='yes'/>
                  <address type='pci' slot='0x02'/>
                </video>
              </devices>
            </domain>
            """;

    @Test
    void whatIsNotChangedStaysAsItWasWritten() {
        DomainXml domain = read(XML);

        assertThat(domain.xml()).isEqualTo(XML);
        assertThat(domain.diff("desk.xml")).isEmpty();
    }

    @Test
    void itTellsWhatADomainHas() {
        DomainXml domain = read(XML);

        assertThat(domain.name()).isEqualTo("desk & chair");
        assertThat(domain.machine()).contains("pc-q35-9.2");
        assertThat(domain.architecture()).contains("x86_64");
        assertThat(domain.emulator()).contains("/usr/bin/qemu-system-x86_64");
        assertThat(domain.hostdevs())
                .extracting(hostdev -> hostdev.device().orElseThrow())
                .containsExactly("4b20d080-1b54-4048-85b3-a6a62d165c01", "0000:06:12.5");
        assertThat(domain.graphics()).extracting(Graphics::type).containsExactly("vnc", "spice");
        assertThat(domain.graphics()).extracting(Graphics::hasGl).containsExactly(false, true);
        assertThat(domain.graphics().getLast().renderNode()).contains("/dev/dri/renderD129");
        assertThat(domain.videos()).containsExactly("cirrus");
        assertThat(domain.hasIommu()).isFalse();
        assertThat(domain.sharesMemory()).isFalse();
    }

    @Test
    void aChangeIsOneChange() {
        DomainXml domain = read(XML);

        domain.hostdevs().getFirst().set("display", "on");

        assertThat(domain.diff("desk.xml")).isEqualTo("""
                --- desk.xml
                +++ desk.xml (planned)
                @@ -8,7 +8,7 @@
                   </os>
                   <devices>
                     <emulator>/usr/bin/qemu-system-x86_64</emulator>
                -    <hostdev mode='subsystem'   type='mdev' model='vfio-pci'>
                +    <hostdev mode='subsystem'   type='mdev' model='vfio-pci' display='on'>
                       <source>
                         <address uuid='4B20D080-1b54-4048-85b3-a6a62d165c01'/>
                       </source>
                """);
    }

    @Test
    void aDeviceIsReplacedByAnother() {
        DomainXml domain = read(XML);

        domain.hostdevs().getFirst().setDevice("c8ad1e4c-0a3c-4f0c-8ce8-cdd0f4b7e7a6");
        domain.hostdevs().getLast().setDevice("0001:c1:00.3");

        assertThat(domain.xml())
                .contains("<address uuid='c8ad1e4c-0a3c-4f0c-8ce8-cdd0f4b7e7a6'/>")
                .contains("<address domain='0x0001' bus='0xc1' slot='0x00' function='0x3'/>");
        assertThatThrownBy(() -> domain.hostdevs().getLast().setDevice("nonsense"))
                .isInstanceOf(DomainException.class);
    }

    @Test
    void whatIsAddedStandsWhereItsKindStands() {
        DomainXml domain = read(XML);

        domain.addHostdev(new TreeMap<>(Map.of("mode", "subsystem", "type", "mdev")))
                .setDevice("11111111-2222-3333-4444-555555555555");
        domain.removeVideos();
        domain.shareMemory();
        domain.addArguments(List.of("-device", "{\"driver\":\"x\"}"));
        domain.override("ua-a", "xres", "unsigned", "1280");
        domain.override("ua-a", "yres", "unsigned", "800");

        assertThat(domain.xml()).isEqualToNormalizingNewlines("""
                <?xml version='1.0' encoding='UTF-8'?>
                <!-- made by hand -->
                <domain type="kvm" xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
                  <name>desk &amp; chair</name>   <!-- spaces and all -->
                  <memory unit='GiB'>4</memory>
                  <memoryBacking>
                    <source type='memfd'/>
                    <access mode='shared'/>
                  </memoryBacking>
                  <os>
                    <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
                  </os>
                  <devices>
                    <emulator>/usr/bin/qemu-system-x86_64</emulator>
                    <hostdev mode='subsystem'   type='mdev' model='vfio-pci'>
                      <source>
                        <address uuid='4B20D080-1b54-4048-85b3-a6a62d165c01'/>
                      </source>
                    </hostdev>
                    <hostdev mode='subsystem' type='pci' managed='yes'>
                      <source>
                        <address domain='0x0000' bus='0x06' slot='0x12' function='0x5'/>
                      </source>
                    </hostdev>
                    <hostdev mode='subsystem' type='mdev'>
                      <source>
                        <address uuid='11111111-2222-3333-4444-555555555555'/>
                      </source>
                    </hostdev>
                    <graphics type='vnc' port='-1'/>
                    <graphics type='spice'><gl enable='yes' rendernode='/dev/dri/renderD129'/></graphics>
                    <video>
                      <model type='none'/>
                    </video>
                  </devices>
                  <qemu:commandline>
                    <qemu:arg value='-device'/>
                    <qemu:arg value='{"driver":"x"}'/>
                  </qemu:commandline>
                  <qemu:override>
                    <qemu:device alias='ua-a'>
                      <qemu:frontend>
                        <qemu:property name='xres' type='unsigned' value='1280'/>
                        <qemu:property name='yres' type='unsigned' value='800'/>
                      </qemu:frontend>
                    </qemu:device>
                  </qemu:override>
                </domain>
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<domain>",
                "<network/>",
                "<domain><a b='1' b='2'/></domain>",
                "<!DOCTYPE domain [<!ENTITY a 'aaaa'>]><domain>&a;</domain>",
                "<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain/>",
                "<domain>&unknown;</domain>",
                "<domain/><domain/>",
                "<domain>\u0001</domain>",
            })
    void whatIsNoDomainIsRefused(String xml) {
        assertThatThrownBy(() -> read(xml)).isInstanceOf(DomainException.class);
    }

    @Test
    void itTellsWhatQemusObjectsGetBesideLibvirtsWords() {
        DomainXml domain = DomainXml.read("""
                <domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>
                  <q:override>
                    <q:device alias='ua-a'><q:frontend>
                      <q:property name='enable-migration' type='string' value='on'/>
                      <q:property name='xres' type='unsigned' value='1280'/>
                    </q:frontend></q:device>
                    <q:device alias='ua-b'><q:frontend>
                      <q:property name='enable-migration' type='string' value='off'/>
                    </q:frontend></q:device>
                  </q:override>
                </domain>
                """.getBytes(StandardCharsets.UTF_8));

        assertThat(domain.overridden("enable-migration")).containsExactly("on", "off");
        assertThat(domain.overridden("ramfb")).isEmpty();
        assertThat(DomainFacts.of(domain).text("vm.enable-migration")).contains("off");
    }

    @Test
    void depthAndSizeAreBounded() {
        assertThatThrownBy(() -> read("<domain>" + "<a>".repeat(100) + "</a>".repeat(100) + "</domain>"))
                .isInstanceOf(DomainException.class)
                .hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> DomainXml.read(new byte[DomainXml.MAX_BYTES + 1]))
                .hasMessageContaining("larger than 8 MB");
        assertThatThrownBy(() -> DomainXml.read(new byte[] {(byte) 0xff, '<'})).hasMessageContaining("UTF-8");
    }

    private static DomainXml read(String xml) {
        return DomainXml.read(xml.getBytes(StandardCharsets.UTF_8));
    }
}
