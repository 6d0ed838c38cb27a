/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.snapshot.Snapshot;

/** What is judged once for all hosts that are alike is what preflight says of each of them. */
class EssenceTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void preflightSaysTheSameOfAHostAndOfItsEssence(long seed) {
        Fleet fleet = Fleet.of(Hosts.fleet(30, 3, seed));
        Judging judging = new Judging(Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
        Random random = new Random(seed);
        int compared = 0;
        for (FleetHost from : fleet.hosts()) {
            List<DeviceProbe> probes = from.published().probes();
            if (probes.isEmpty()) {
                continue;
            }
            DeviceProbe probe = probes.get(random.nextInt(probes.size()));
            Snapshot source = judging.one(Essence.ofSource(from.published(), probe));
            for (FleetHost to : fleet.hosts()) {
                for (MdevParent parent : to.left().inventory().parents()) {
                    MdevParent.Type type =
                            parent.type(probe.device().type().orElseThrow()).orElseThrow();
                    if (to == from || type.available().orElse(0) == 0) {
                        continue; // that it is full is known without preflight
                    }
                    Fit whole = Fit.of(judging.check(
                                    from.published(),
                                    to.left(),
                                    parent.name(),
                                    List.of(probe.device().name()))
                            .findings());
                    Fit essence = judging.fit(source, judging.one(Essence.ofPlace(to.left(), parent, type)));
                    assertThat(essence).as(probe + " to " + to.left()).isEqualTo(whole);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(500);
    }

    @ParameterizedTest
    @ValueSource(longs = {4})
    void aFleetHasFewEssences(long seed) {
        Fleet fleet = Fleet.of(Hosts.fleet(300, 4, seed));
        Judging judging = new Judging(Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
        IdentityHashMap<Snapshot, Integer> essences = new IdentityHashMap<>();
        for (FleetHost host : fleet.hosts()) {
            for (MdevParent parent : host.left().inventory().parents()) {
                essences.merge(
                        judging.one(Essence.ofPlace(
                                host.left(), parent, parent.type("nvidia-704").orElseThrow())),
                        1,
                        Integer::sum);
            }
        }
        assertThat(essences.size()).isLessThan(60);
    }
}
